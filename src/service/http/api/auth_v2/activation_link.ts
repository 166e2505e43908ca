/**
 * The link that activates a phone: `duo://CODE-HOST` with the host in base64url, as in the vendor's API,
 * and the same as a URL and as a QR code.
 */
export class ActivationLink {
  readonly code: string
  readonly url: string
  readonly barcode: string

  constructor(activationCode: string, apiHost: string) {
    this.code = `duo://${activationCode}-${Buffer.from(apiHost).toString('base64url')}`
    this.url = `https://${apiHost}/activate/${activationCode}`
    this.barcode = `https://${apiHost}/frame/qr?value=${encodeURIComponent(this.code)}`
  }

  /** Extracts the code from the link, or returns a bare code. */
  static codeIn(text: string): string {
    const [code = ''] = text.replace(/^duo:\/\//, '').split('-', 1)
    return code
  }
}
