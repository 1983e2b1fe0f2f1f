// On paper there is no scrolling: the cards that the filter leaves are all laid out, up to a limit.
let isPrinting = false;

function layOut() {
  isPrinting = true;
  for (const element of drawn.values()) element.remove();
  drawn.clear();
  const printed = view.slice(0, data.printed);
  printed.forEach((card, i) => {
    const element = cardOf(card, choose);
    for (const image of element.querySelectorAll("img")) image.decoding = "sync";
    drawn.set(i, element);
    list.append(element);
  });
  const filtered = view.length < cards.length ? ` of ${cards.length}, those that the filter left` : "";
  const leftOut = view.length - printed.length;
  const rest = leftOut ? `; ${leftOut} are left out: print them by a narrower filter` : "";
  at("printed").textContent = `Printed: ${printed.length} suspects${filtered}${rest}.`;
}

function takeUp() {
  isPrinting = false;
  refresh();
}
