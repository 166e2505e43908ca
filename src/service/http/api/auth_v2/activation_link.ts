/**
 * What a phone is activated with: `duo://CODE-HOST`, the host in base64url (as the vendor's API
 * writes it), and the same as an address and as a picture of it.
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

  /** The bare code in either form. */
  static codeIn(text: string): string {
    const [code = ''] = text.replace(/^duo:\/\//, '').split('-', 1)
    return code
  }
}
