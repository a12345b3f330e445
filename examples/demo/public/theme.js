// Before anything is painted: the theme that was chosen here last. Everything else about themes is in the page's module.
try {
  const theme = localStorage.getItem("wireway-demo-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {}
