// What the reviewer says: kept in the browser, taken back, and handed out as corrections.csv.
const data = JSON.parse(document.getElementById("data").textContent);
const { classes, images, cards } = data;
const kinds = ["accept", "keep", "ambiguous", "class"];
let decisions = {}; // {name: {kind, label}}
let past = []; // [name, what was decided before or null], the newest last

const at = (id) => document.getElementById(id);

// Not localStorage: of a page opened as a file, Chromium 156 now and then reads none of it.
const database = new Promise((resolve, reject) => {
  const request = indexedDB.open("lanet_jax audit", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("pages");
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const read = (opened) =>
  new Promise((resolve, reject) => {
    const request = opened.transaction("pages").objectStore("pages").get(data.key);
    request.onsuccess = () => resolve(request.result || {});
    request.onerror = () => reject(request.error);
  });

// What was decided before, under what was decided since the page opened.
async function load() {
  try {
    const kept = await read(await database);
    const known = new Set(cards.map((card) => card.name));
    for (const [name, said] of Object.entries(kept.decisions || {})) {
      const isWhole = known.has(name) && kinds.includes(said.kind) && classes[said.label];
      if (isWhole && !decisions[name]) decisions[name] = said;
    }
    const before = (kept.past || []).filter(([name]) => known.has(name));
    const isLate = past.length > 0; // and wrote over what was kept
    past = [...before, ...past];
    if (isLate) save();
  } catch (error) {
    warn();
  }
}

async function save() {
  try {
    const transaction = (await database).transaction("pages", "readwrite");
    transaction.onabort = warn;
    transaction.objectStore("pages").put({ decisions, past }, data.key);
    transaction.commit(); // at once: the page may be closed next
  } catch (error) {
    warn();
  }
}

function warn() {
  at("notice").hidden = false;
  at("notice").textContent =
    "This browser keeps nothing for this page: download the corrections before you close it.";
}

// Whether it was news.
function decide(card, kind, label) {
  const before = decisions[card.name] || null;
  if (before && before.kind === kind && before.label === label) return false;
  past.push([card.name, before]);
  decisions[card.name] = { kind, label };
  save();
  return true;
}

// The name of the card that is open again.
function takeBack() {
  const last = past.pop();
  if (!last) return null;
  const [name, before] = last;
  if (before) decisions[name] = before;
  else delete decisions[name];
  save();
  return name;
}

function corrections() {
  const quote = (text) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = ["name,given,was,decision"];
  const row = (name, label, was, kind) => lines.push([quote(name), quote(classes[label]), quote(classes[was]), kind].join(","));
  for (const card of cards) {
    const said = decisions[card.name];
    if (said) row(card.name, said.label, card.given, said.kind === "class" ? "other" : said.kind);
    else if (card.changed) row(card.name, card.given, card.given, "");
  }
  for (const [name, label] of data.rest) row(name, label, label, "");
  return lines.join("\n") + "\n";
}

function download() {
  const url = URL.createObjectURL(new Blob([corrections()], { type: "text/csv" }));
  make("a", { href: url, download: "corrections.csv" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
