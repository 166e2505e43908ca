// Applies the chosen colour scheme before the first paint. The app is a module, which runs later.
// Mantine stores the choice under this key.
const scheme = localStorage.getItem('mantine-color-scheme-value')
if (scheme === 'light' || scheme === 'dark') {
  document.documentElement.setAttribute('data-mantine-color-scheme', scheme)
}
