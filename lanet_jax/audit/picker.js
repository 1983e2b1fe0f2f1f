// Any class by a part of its name, where they are too many for keys and cards.
let picking = null; // the card that a class is sought for
let found = []; // classes that fit what is typed
let place = 0;

function pick(card) {
  picking = card;
  at("sought").value = "";
  at("picker").showModal();
  seek();
}

// Case and marks do not matter: "istanbul" finds "İstanbul".
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

// Those that begin with it stand before those that only contain it.
function seek() {
  const part = folded(at("sought").value.trim());
  const rank = (c) => folded(classes[c]).indexOf(part);
  const fit = classes.map((_, c) => c).filter((c) => rank(c) >= 0);
  found = fit.sort((a, b) => Math.min(rank(a), 1) - Math.min(rank(b), 1) || a - b);
  place = 0;
  offer();
}

function offer() {
  const options = found.map((c, i) => {
    const option = make("li", { role: "option", id: `class-${c}`, "aria-selected": i === place }, classes[c]);
    option.addEventListener("click", () => settle(c));
    return option;
  });
  at("offered").replaceChildren(...options);
  at("sought").setAttribute("aria-activedescendant", found.length ? `class-${found[place]}` : "");
  options[place]?.scrollIntoView({ block: "nearest" });
  at("unknown").hidden = found.length > 0;
}

function settle(label) {
  const card = picking;
  at("picker").close();
  choose(card, kindOf(card, label), label);
}

at("sought").addEventListener("input", seek);
at("sought").addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    place = Math.max(0, Math.min(place + step, found.length - 1));
    offer();
  } else if (event.key === "Enter" && found.length) {
    settle(found[place]);
  } else {
    return;
  }
  event.preventDefault();
});
