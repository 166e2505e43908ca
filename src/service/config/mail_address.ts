/**
 * Whether a text is one mail address and nothing else, as `alice@example.com`. Quoted local parts,
 * lists, groups and comments (RFC 5322 §3.4) are none: by them a name could add recipients.
 */
export function isMailAddress(text: string): boolean {
  return (
    text.length <= longest && /^[^\s@<>,;:"()[\]\\\p{Cc}]+@[^\s@<>,;:"()\\\p{Cc}]+$/u.test(text)
  )
}

/** Whether it is one that may have a name before it, as `Countersign <mfa@example.com>`. */
export function isMailbox(text: string): boolean {
  const [, bracketed] = /^[^<>\p{Cc}]*<([^<>]*)>$/u.exec(text) ?? []
  return isMailAddress(bracketed ?? text)
}

/** RFC 5321 §4.5.3.1.3, without the angle brackets. */
const longest = 254
