// Puts an order form where this script stands and keeps the frame as tall as the form.
// <script src="https://portal.example.com/order-form/CODE/embed.js" async></script>
(() => {
  const script = document.currentScript;
  const form = new URL("./", script.src);
  const frame = document.createElement("iframe");
  frame.src = form.href;
  frame.title = script.dataset.title || "Order form";
  frame.loading = "lazy";
  frame.style.cssText = "display:block;width:100%;height:60rem;border:0";
  script.after(frame);
  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== form.origin || source !== frame.contentWindow) return;
    const height = Number(data?.orderFormHeight);
    if (height > 0) frame.style.height = `${Math.min(Math.ceil(height), 30000)}px`;
  });
})();
