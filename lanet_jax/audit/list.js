// Which suspects are shown, in which order; only those in sight are elements.
const list = at("list");
const drawn = new Map(); // place in the view -> element
let view = [];
let current = 0;
let height = 1;

const shows = {
  all: () => true,
  open: (said) => !said,
  done: (said) => said,
  accept: (said) => said && (said.kind === "accept" || said.kind === "class"),
  keep: (said) => said && said.kind === "keep",
  ambiguous: (said) => said && said.kind === "ambiguous",
};
const sorts = {
  most: null, // as they came
  least: (a, b) => a.score - b.score,
  given: (a, b) => a.given - b.given,
  suggested: (a, b) => a.suggested - b.suggested,
  name: (a, b) => (a.name < b.name ? -1 : 1),
};

function filter() {
  const fits = (id, label) => at(id).value === "" || label === Number(at(id).value);
  const shown = shows[at("show").value];
  view = cards.filter((card) => fits("given", card.given) && fits("suggested", card.suggested) && shown(decisions[card.name]));
  if (sorts[at("sort").value]) view.sort(sorts[at("sort").value]);
  current = Math.max(0, Math.min(current, view.length - 1));
}

function draw() {
  const top = -list.getBoundingClientRect().top;
  const first = Math.max(0, Math.floor(top / height) - 2);
  const last = Math.min(view.length - 1, Math.ceil((top + innerHeight) / height) + 2);
  for (const [place, element] of drawn) {
    if (place < first || place > last) {
      element.remove();
      drawn.delete(place);
    }
  }
  for (let place = first; place <= last; place++) {
    if (drawn.has(place)) continue;
    const element = cardOf(view[place], choose);
    element.style.top = `${place * height}px`;
    element.setAttribute("aria-setsize", view.length);
    element.setAttribute("aria-posinset", place + 1);
    if (place === current) mark(element, true);
    // By mouse or by keyboard: what is pressed next is meant for this card.
    for (const event of ["mousedown", "focusin"]) element.addEventListener(event, () => select(place));
    drawn.set(place, element);
    list.append(element);
  }
}

function refresh() {
  filter();
  for (const element of drawn.values()) element.remove();
  drawn.clear();
  height = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--row"));
  list.style.height = `${view.length * height}px`;
  draw();
  const done = Object.keys(decisions).length;
  at("progress").textContent = `${done} of ${cards.length} decided` + (view.length < cards.length ? `, ${view.length} shown` : "");
  at("meter").max = Math.max(cards.length, 1);
  at("meter").value = done;
  at("undo").disabled = past.length === 0;
  at("none").hidden = view.length > 0;
}

function mark(element, isCurrent) {
  element?.classList.toggle("current", isCurrent);
  element?.setAttribute("aria-current", isCurrent);
}

function select(place) {
  mark(drawn.get(current), false);
  current = Math.max(0, Math.min(place, view.length - 1));
  mark(drawn.get(current), true);
}

function reveal() {
  const head = document.querySelector("nav").offsetHeight + 8;
  const foot = document.querySelector("footer").offsetHeight;
  const top = list.getBoundingClientRect().top + current * height;
  if (top < head) scrollBy(0, top - head);
  else if (top + height > innerHeight - foot) scrollBy(0, top + height - innerHeight + foot);
  draw();
}

function choose(card, kind, label = kind === "accept" ? card.suggested : card.given) {
  if (label === null) return; // nothing was suggested
  const inside = list.contains(document.activeElement);
  decide(card, kind, label);
  const place = view.indexOf(card);
  const next = view.findIndex((other, i) => i > place && !decisions[other.name]);
  const following = view[next < 0 ? Math.min(place + 1, view.length - 1) : next];
  filter(); // it may have left the view
  current = view.indexOf(following);
  refresh();
  reveal();
  if (inside) drawn.get(current)?.focus({ preventScroll: true }); // the button that had it is gone
}

function undo() {
  const name = takeBack();
  if (name === null) return;
  filter();
  const place = view.findIndex((card) => card.name === name);
  if (place >= 0) current = place;
  refresh();
  reveal();
}

function restart() {
  current = 0;
  refresh();
  const top = list.getBoundingClientRect().top - document.querySelector("nav").offsetHeight - 12;
  if (top < 0) scrollBy(0, top);
  draw();
}

for (const id of ["given", "suggested"]) {
  at(id).append(make("option", { value: "" }, "any"), ...classes.map((name, c) => make("option", { value: c }, name)));
}
let pointed = true; // whether the last input came by mouse or touch
addEventListener("pointerdown", () => (pointed = true), true);
addEventListener("keydown", () => (pointed = false), true);
for (const id of ["given", "suggested", "show", "sort"]) {
  at(id).addEventListener("change", () => {
    if (pointed) at(id).blur(); // the next key is meant for the cards
    restart();
  });
}
at("flips")?.addEventListener("click", (event) => {
  const cell = event.target.closest("button");
  if (!cell) return;
  at("given").value = cell.dataset.given;
  at("suggested").value = cell.dataset.suggested;
  cell.blur();
  restart();
  scrollBy(0, list.getBoundingClientRect().top - document.querySelector("nav").offsetHeight - 12);
});
at("truth").hidden = !cards.some((card) => card.true !== undefined);
at("true").addEventListener("change", () => {
  at("true").blur();
  refresh();
});
at("undo").addEventListener("click", undo);
at("download").addEventListener("click", download);
addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
addEventListener("resize", refresh);
addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase();
  if (key === "escape") document.activeElement.blur();
  if (event.target.closest?.("select") || event.metaKey || event.altKey || (event.ctrlKey && key !== "z")) return;
  const card = view[current];
  if (key === "u" || key === "z") {
    if (key === "z" && !event.ctrlKey) return;
    undo();
  } else if (!card) {
    return;
  } else if (choices[key]) {
    choose(card, choices[key]);
  } else if (/^[1-9]$/.test(key) && classes[key - 1]) {
    choose(card, kindOf(card, Number(key) - 1), Number(key) - 1);
  } else if (key === "arrowdown" || key === "arrowup") {
    select(current + (key === "arrowdown" ? 1 : -1));
    reveal();
  } else {
    return;
  }
  event.preventDefault();
});

refresh();
load().then(refresh);
