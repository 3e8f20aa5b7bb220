// What the page does by itself: a link opens the folds around its target, folds are open on paper, boxes that scroll can be
// reached by keyboard, figures learn of their width when a fold opens, and a Persian reader meets the Persian table first.

const folds = () => [...document.querySelectorAll("details.chapter:not([open])")];
function reveal() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  target?.scrollIntoView();
}
function reach() {
  for (const box of document.querySelectorAll(".scrolls, pre"))
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; else box.removeAttribute("tabindex");
}
addEventListener("load", () => {
  if (navigator.language.startsWith("fa")) document.getElementById("persian")?.click();
  reveal();
  reach();
});
addEventListener("hashchange", reveal);
addEventListener("resize", reach);
document.addEventListener("toggle", () => dispatchEvent(new Event("resize")), true);
let closed = [];
addEventListener("beforeprint", () => { closed = folds(); for (const fold of closed) fold.open = true; });
addEventListener("afterprint", () => { for (const fold of closed) fold.open = false; });
