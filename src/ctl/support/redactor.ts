import { encodings } from './secret_encodings.ts'

/** Stands for what was removed. */
const removed = '[removed]'

/** Shorter ones would remove parts of common words. */
const minLength = 4

/** Keys whose value is a secret wherever they occur: `skey=…`, `"password": "…"`, `token: …`. */
const secretKey =
  /((?:skey|secret|passw(?:or)?d|passcode|passphrase|token|api_?key|private_?key|credential)\w*["']?\s*[=:]\s*)("[^"\n]*"|'[^'\n]*'|[^\s,;&"']+)/gi
const authorization = /((?:authorization|proxy-authorization)["']?\s*[=:]\s*).*/gi
const credentialsOfUrl = /([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi
const privateKey =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g
/** The form of an skey. Nothing else that a bundle needs has it. */
const skeyForm = /\b[A-Za-z0-9]{40}\b/g

/**
 * Removes secrets from texts: known ones in every encoding, and what looks like one.
 */
export class Redactor {
  readonly #known: readonly string[]

  /** @param secrets Every secret that is known, in plain text. */
  constructor(secrets: Iterable<string>) {
    const forms = new Set<string>()
    for (const secret of secrets) {
      const trimmed = secret.trim()
      if (trimmed.length < minLength) continue
      for (const form of encodings(trimmed)) forms.add(form)
    }
    // the longest first: one secret may be part of another
    this.#known = [...forms].toSorted((one, other) => other.length - one.length)
  }

  redact(text: string): string {
    const withoutForms = text
      .replace(privateKey, removed)
      .replace(credentialsOfUrl, `$1${removed}@`)
      .replace(authorization, `$1${removed}`)
      .replace(secretKey, hideValue)
      .replace(skeyForm, removed)
    return this.#known.reduce((result, form) => result.replaceAll(form, removed), withoutForms)
  }

  /** Whether a known secret is still in a text, in any encoding. */
  finds(text: string): boolean {
    return this.#known.some((form) => text.includes(form))
  }
}

/** Keeps the masks of the connectivity tool, which show the length of an skey. */
function hideValue(_all: string, key: string, value: string): string {
  return /^["']?\*{5}(\[\d+\])?["']?$/.test(value) ? `${key}${value}` : `${key}${removed}`
}
