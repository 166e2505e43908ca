import { text, type ValueType } from '../../config/value_type.ts'
import { isLoopback } from './network_value.ts'

/** Whether a text is an `http://` or `https://` address. */
export function isHttpUrl(url: string): boolean {
  return /^https?:\/\//.test(url) && URL.canParse(url)
}

/** Whether requests to an address travel unencrypted through a network. */
export function isUnencrypted(url: string): boolean {
  return url.startsWith('http:') && !isLoopback(new URL(url).hostname)
}

/**
 * An `https://` address; `http://` is accepted for this machine only. Problems do not repeat the
 * address, since it can contain a password.
 *
 * @param sent What would travel unencrypted otherwise.
 */
export function secureUrl(sent: string): ValueType<string> {
  return {
    ...text,
    form: 'https:// address',
    parse: (value) => {
      if (!isHttpUrl(value)) return { problem: 'is not an https:// address; correct it' }
      if (isUnencrypted(value)) {
        return { problem: `would send ${sent} unencrypted; write an https:// address` }
      }
      return { value }
    },
  }
}
