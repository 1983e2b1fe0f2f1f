// One suspect: its image, what is believed of it, and why.
const spaceNames = { expression: "Nearest in expression space", landmark: "Nearest in landmark space" };
const choices = { a: "accept", k: "keep", m: "ambiguous" }; // by key
const mostShown = 9; // classes that fit on a card, and have keys
const longest = Math.max(0.1, ...cards.map((card) => Math.max(...card.belief)));

const roleOf = (card, label) => (label === card.given ? "given" : label === card.suggested ? "suggested" : "");

// The chosen one, the observed one, the suggested one, and the likeliest others.
function shownClasses(card) {
  const chosen = saidOf(card)?.label;
  const weight = (c) => (c === chosen || roleOf(card, c) ? 2 : card.belief[c]);
  const most = mostShown - (classes.length > mostShown); // a line leads to the others
  const first = classes.map((_, c) => c).sort((a, b) => weight(b) - weight(a)).slice(0, most);
  return first.sort((a, b) => a - b);
}

function cardOf(card, choose) {
  return make("article", { class: "card", role: "listitem", tabindex: -1 }, face(card), what(card, choose), why(card));
}

function face(card) {
  const told = card.true !== undefined && at("true").checked ? `truly ${classes[card.true]}` : `score ${card.score.toFixed(3)}`;
  const image = make("img", { src: images[card.image], alt: `labelled ${classes[card.given]}` });
  return make("div", { class: "face" }, image, make("small", { title: card.name }, card.name), make("small", {}, told));
}

function what(card, choose) {
  const was = make("span", { class: "was" }, classes[card.given]);
  const title = make("h2", {}, ...(card.suggested === null ? [was, ": doubtful, no suggestion"] : ["labelled ", was]));
  if (card.suggested !== null) title.append(", looks like ", make("span", { class: "is" }, classes[card.suggested]));
  title.title = title.textContent;
  const said = saidOf(card);
  const bars = make("div", { class: "bars" });
  for (const c of shownClasses(card)) {
    const share = card.belief[c];
    const role = roleOf(card, c);
    const bar = make("i", { class: role });
    bar.style.width = `${(100 * share) / longest}%`;
    const votes = card.votes && card.votes[c] ? `${card.votes[c]} vote${card.votes[c] > 1 ? "s" : ""}` : "";
    const number = make("span", { class: "number" }, `${Math.round(100 * share)}%`);
    const chosen = said && said.label === c;
    const name = make(role || chosen ? "b" : "span", {}, chosen ? `\u2713 ${classes[c]}` : classes[c]);
    const taken = make("button", { title: `it is ${classes[c]}` }, make("kbd", {}, c < 9 ? c + 1 : ""), name);
    taken.addEventListener("click", () => choose(card, kindOf(card, c), c));
    bars.append(taken, make("span", { class: "rail" }, bar), number);
    bars.append(make("span", { class: "vote" }, votes));
  }
  if (classes.length > mostShown) {
    const others = make("button", { class: "others" }, make("kbd", {}, "C"), "any other class\u2026");
    others.addEventListener("click", () => pick(card));
    bars.append(others);
  }
  if (card.other) bars.title = `other votes: ${card.other}`;
  const buttons = make("div", { class: "choice" });
  for (const [key, kind] of Object.entries(choices)) {
    const text = `${kind[0].toUpperCase()}${kind.slice(1)} `;
    const button = make("button", { "aria-pressed": said ? meantBy(card, said) === kind : false }, text, make("kbd", {}, key.toUpperCase()));
    button.disabled = kind === "accept" && card.suggested === null;
    button.addEventListener("click", () => choose(card, kind));
    buttons.append(button);
  }
  return make("div", { class: "what" }, title, bars, buttons);
}

function why(card) {
  const element = make("div", { class: "why" });
  for (const [space, neighbors] of Object.entries(card.why)) {
    const weighed = neighbors.some((neighbor) => neighbor[3] !== null);
    let meaning = weighed ? ": observed label, share of the vote" : ": observed label, similarity";
    if (!neighbors.length) meaning = ": no neighbours, as no landmarks of this face are known";
    const strip = make("div", { class: "strip" });
    for (const [image, given, similarity, weight, name] of neighbors) {
      const told = `${name}: labelled ${classes[given]}, similarity ${similarity}`;
      const title = weighed ? `${told}, contributes ${(100 * weight).toFixed(1)}%` : told;
      const below = weighed ? `${Math.round(100 * weight)}%` : similarity.toFixed(2);
      const caption = make("figcaption", {}, make("b", {}, classes[given]), below);
      const picture = make("img", { src: images[image], alt: classes[given] });
      strip.append(make("figure", { class: roleOf(card, given), title }, picture, caption));
    }
    element.append(make("section", {}, make("h3", {}, spaceNames[space] || space, make("span", {}, meaning)), strip));
  }
  return element;
}
