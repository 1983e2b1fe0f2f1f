// What the reviewer says: kept in the browser under the key of these labels, and taken back.
// Other pages of the same labels have other cards, and other tabs decide at the same time: what is
// kept is changed within a transaction, and nothing is dropped for having no card here.
const data = JSON.parse(document.getElementById("data").textContent);
const { classes, images, cards } = data;
const cardNamed = new Map(cards.map((card) => [card.name, card]));
// Without a prototype, as a record may be named like what every object has: constructor.
let state = { decisions: { __proto__: null }, past: [] }; // {name: {kind, label, was}}; [name, what was before or null]
let unkept = []; // changes that the browser refused, tried again with the next
let pending = 0; // changes that the browser has not kept yet

const at = (id) => document.getElementById(id);
const isWhole = (said) => said && classes[said.label] !== undefined;
const saidOf = (card) => (isWhole(state.decisions[card.name]) ? state.decisions[card.name] : undefined);
const kindOf = (card, label) => (label === card.given ? "keep" : label === card.suggested ? "accept" : "class");
// Which button stands for what was said: another page may have suggested another class.
const meantBy = (card, said) => (said.kind === "ambiguous" ? "ambiguous" : kindOf(card, said.label));
const decided = () => cards.filter(saidOf).length;
const withoutCard = () => Object.keys(state.decisions).filter((name) => !cardNamed.has(name));

// Not localStorage: of a page opened as a file, Chromium 156 now and then reads none of it.
const database = new Promise((resolve, reject) => {
  const request = indexedDB.open("lanet_jax audit", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("pages");
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

// Until the browser has kept a change, the count is busy: the page must not be closed.
function wait(by) {
  pending += by;
  at("progress").setAttribute("aria-busy", pending > 0);
}

// Applies a change to what is kept, and makes the outcome ours; without a change it only reads.
async function keep(change) {
  wait(1);
  const changes = change ? [...unkept, change] : unkept;
  unkept = [];
  const kept = await stored(changes.length ? (found) => changes.forEach((one) => one(found)) : undefined).catch(() => null);
  wait(-1);
  if (kept === null) {
    unkept = [...changes, ...unkept];
    tell("This browser keeps nothing for this page: save the corrections before you close it.");
  } else if (pending === 0 && !unkept.length && JSON.stringify(kept) !== JSON.stringify(state)) {
    state = kept;
    refresh();
  }
}

// What is kept once the change is.
async function stored(change) {
  const opened = await database;
  return new Promise((resolve, reject) => {
    const transaction = opened.transaction("pages", change ? "readwrite" : "readonly");
    const store = transaction.objectStore("pages");
    const request = store.get(data.key);
    let found;
    request.onsuccess = () => {
      found = { past: [], ...request.result, decisions: { __proto__: null, ...request.result?.decisions } };
      if (!change) return;
      change(found);
      store.put(found, data.key);
      transaction.commit(); // at once: the page may be closed next
    };
    transaction.oncomplete = () => resolve(found);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

function change(how) {
  how(state); // seen at once
  keep(how);
}

function say(entries) {
  change(({ decisions, past }) => {
    for (const [name, said] of entries) {
      past.push([name, decisions[name] || null]);
      if (said) decisions[name] = said;
      else delete decisions[name];
    }
  });
}

// Whether it was news.
function decide(card, kind, label) {
  const before = saidOf(card);
  if (before && before.kind === kind && before.label === label) return false;
  say([[card.name, { kind, label, was: card.given }]]);
  return true;
}

const lastPast = () => state.past.findLast(([name]) => cardNamed.has(name));

// The name of the card that is open again.
function takeBack() {
  const last = lastPast();
  if (!last) return null;
  const [name] = last;
  change(({ decisions, past }) => {
    const place = past.findLastIndex(([other]) => other === name);
    if (place < 0) return; // another tab was first
    const [[, before]] = past.splice(place, 1);
    if (before) decisions[name] = before;
    else delete decisions[name];
  });
  return name;
}

// One line to the reviewer, and what can be done about it.
function tell(text, ...buttons) {
  const close = make("button", { title: "close" }, "\u00d7");
  close.addEventListener("click", () => (at("notice").hidden = true));
  at("notice").replaceChildren(make("span", {}, text), ...buttons, close);
  at("notice").hidden = false;
}

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
