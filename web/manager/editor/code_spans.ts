/** Shows text with Markdown code spans in an element. */
export function appendWithCode(parent: HTMLElement, text: string): void {
  for (const [index, part] of text.split('`').entries()) {
    if (part === '') continue
    if (index % 2 === 0) parent.append(part)
    else {
      const code = document.createElement('code')
      code.textContent = part
      parent.append(code)
    }
  }
}
