import { list, type ValueType } from '../../config/value_type.ts'

/**
 * Whether a text is one mail address and nothing else, such as `alice@example.com`. Quoted local
 * parts, lists, groups and comments (RFC 5322 §3.4) are not: they could add recipients.
 */
export function isMailAddress(text: string): boolean {
  return (
    text.length <= maxLength && /^[^\s@<>,;:"()[\]\\\p{Cc}]+@[^\s@<>,;:"()\\\p{Cc}]+$/u.test(text)
  )
}

export const mailAddresses: ValueType<readonly string[]> = list(
  'comma-separated mail addresses',
  (address) =>
    isMailAddress(address)
      ? { value: address }
      : { problem: `has '${address}', which is not a mail address; correct or remove it` },
)

/** A mail address, optionally with a name before it: `Countersign <mfa@example.com>`. */
export const mailbox: ValueType<string> = {
  form: 'mail address, optionally with a name',
  mayContainEquals: true,
  parse: (value) => {
    const [, bracketed] = /^[^<>\p{Cc}]*<([^<>]*)>$/u.exec(value) ?? []
    return isMailAddress(bracketed ?? value)
      ? { value }
      : { problem: `is '${value}'; write it like Countersign <mfa@example.com>` }
  },
}

/** RFC 5321 §4.5.3.1.3, without the angle brackets. */
const maxLength = 254
