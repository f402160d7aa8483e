// Runs before the first paint, so that a dark page never flashes white.
(() => {
  let theme = "auto";
  try {
    theme = localStorage.getItem("wattloom.theme") ?? "auto";
  } catch {
    // Without storage the system decides.
  }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
