import type { HttpGatewayConfig } from '../config/delivery_config.ts'
import { DeliveryError } from './delivery.ts'
import { ProviderHttp } from './provider_http.ts'

const contentTypes = { form: 'application/x-www-form-urlencoded', json: 'application/json' }

type Encoding = (text: string) => string

/** Any gateway that sends a message for one HTTP request, by templates of its address and body. */
export class SmsGateway {
  readonly #config: HttpGatewayConfig
  readonly #http: ProviderHttp

  constructor(config: HttpGatewayConfig, limitMs?: number) {
    this.#config = config
    this.#http = new ProviderHttp({
      name: 'the SMS gateway',
      section: '[http_gateway]',
      caFile: config.caFile,
      ...(limitMs === undefined ? {} : { limitMs }),
    })
  }

  /** @returns What the log shows: the answer itself may repeat the text. @throws {DeliveryError} */
  async sendSms(to: string, text: string): Promise<string> {
    const { method, url, body, contentType, headers, from, plus, successPattern } = this.#config
    const values = { to: plus ? to : to.replace(/^\+/, ''), text, from }
    const inBody = contentType === 'json' ? encodeJson : encodeForm
    const answer = await this.#http.send({
      method,
      url: filled(url.reveal(), values, encodeForm),
      headers: {
        ...(body === undefined ? {} : { 'content-type': contentTypes[contentType] }),
        ...Object.fromEntries(headers.map(({ name, value }) => [name, value.reveal()])),
      },
      body: body === undefined ? undefined : filled(body.reveal(), values, inBody),
    })
    const { status } = answer
    if (status === 429 || status === 503) {
      throw new DeliveryError(
        'DELIVERY_UNREACHABLE',
        `the SMS gateway can't send now (status ${status})`,
      )
    }
    if (status >= 500) {
      throw new DeliveryError(
        'DELIVERY_UNANSWERED',
        `the SMS gateway has failed (status ${status}); it may have been sent all the same`,
      )
    }
    if (status < 200 || status >= 300) {
      throw new DeliveryError(
        'DELIVERY_REFUSED',
        `the SMS gateway refused it (status ${status}); check url, body and headers of [http_gateway]`,
      )
    }
    if (successPattern !== undefined && !successPattern.test(answer.text)) {
      throw new DeliveryError(
        'DELIVERY_REFUSED',
        `the SMS gateway's answer does not match success_pattern (status ${status})`,
      )
    }
    return `status ${status}`
  }
}

const encodeForm: Encoding = encodeURIComponent
const encodeJson: Encoding = (text) => JSON.stringify(text).slice(1, -1)

/** In one pass: a placeholder within a text that was put in stays as it is. */
function filled(
  template: string,
  values: { readonly to: string; readonly text: string; readonly from: string },
  encode: Encoding,
): string {
  return template.replace(/\{(to|text|from)\}/g, (_placeholder, name) => {
    switch (name) {
      case 'to':
        return encode(values.to)
      case 'text':
        return encode(values.text)
      default:
        return encode(values.from)
    }
  })
}
