/**
 * The page that a clone shows before `npm run build:web`.
 *
 * @param title Of the page that is missing.
 * @param options.works A sentence about what works without it, with a space at its end.
 * @param options.startAgain The program that serves it.
 */
export function pageNotBuilt(
  title: string,
  { works = '', startAgain }: { readonly works?: string; readonly startAgain: string },
): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<h1>This page has not been built</h1>
<p>${works}Run <code>npm run build:web</code> in the folder of Countersign, and start ${startAgain} again.</p>
</html>
`
}
