// Looks for the answer of the check while the page waits for it, and then shows the page anew. What is
// on the screen stays meanwhile, so that nothing is read out twice.

const EVERY = 1500;
const WAITING = '[data-part="looks-again"]';

async function look() {
  try {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.querySelector(WAITING)) return location.reload();
  } catch {
    // Away for a moment: another look, or the link on the page, finds out.
  }
  setTimeout(look, EVERY);
}

if (document.querySelector(WAITING)) setTimeout(look, EVERY);
