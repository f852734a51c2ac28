// The bar of the office asks only while somebody looks, and the tab says how much waits.

const title = document.title;
const dock = () => document.getElementById("dock");

function tell() {
  const total = Number(dock()?.dataset.total);
  document.title = total ? `(${total}) ${title}` : title;
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.target === dock()) event.preventDefault();
});
document.addEventListener("htmx:afterSettle", tell);
tell();
