// Which suspects are shown, in which order; only those in sight are elements.
const list = at("list");
const drawn = new Map(); // place in the view -> element
let view = [];
let current = 0;
let height = 1;

const shows = {
  all: () => true,
  open: (kind) => !kind,
  done: (kind) => kind,
  accept: (kind) => kind === "accept" || kind === "class",
  keep: (kind) => kind === "keep",
  ambiguous: (kind) => kind === "ambiguous",
};
const sorts = {
  most: null, // as they came
  least: (a, b) => a.score - b.score,
  given: (a, b) => a.given - b.given,
  suggested: (a, b) => (a.suggested ?? classes.length) - (b.suggested ?? classes.length),
  name: (a, b) => (a.name < b.name ? -1 : 1),
};

function filter() {
  const fits = (id, label) => at(id).value === "" || String(label) === at(id).value;
  const kind = (card) => (saidOf(card) ? meantBy(card, saidOf(card)) : "");
  const shown = shows[at("show").value];
  view = cards.filter((card) => fits("given", card.given) && fits("suggested", card.suggested) && shown(kind(card)));
  if (sorts[at("sort").value]) view.sort(sorts[at("sort").value]);
  current = Math.max(0, Math.min(current, view.length - 1));
}

function draw() {
  if (isPrinting) return;
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
  const done = decided();
  const elsewhere = withoutCard().length;
  at("progress").textContent =
    `${done} of ${cards.length} decided` +
    (elsewhere ? `, ${elsewhere} without a card` : "") +
    (view.length < cards.length ? `, ${view.length} shown` : "");
  at("meter").max = Math.max(cards.length, 1);
  at("meter").value = done;
  at("undo").disabled = !lastPast();
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
  const next = view.findIndex((other, i) => i > place && !saidOf(other));
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
