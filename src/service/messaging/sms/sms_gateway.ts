import { fillTemplate } from '../../config/gateway_template.ts'
import type { HttpGatewayConfig } from '../../config/http_gateway_section.ts'
import { DeliveryError } from '../messaging.ts'
import { ProviderHttp } from '../provider/provider_http.ts'

const contentTypes = { form: 'application/x-www-form-urlencoded', json: 'application/json' }

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
    const answer = await this.#http.send({
      method,
      url: fillTemplate(url.reveal(), values, 'form'),
      headers: {
        ...(body === undefined ? {} : { 'content-type': contentTypes[contentType] }),
        ...Object.fromEntries(headers.map(({ name, value }) => [name, value.reveal()])),
      },
      body: body === undefined ? undefined : fillTemplate(body.reveal(), values, contentType),
    })
    const { status } = answer
    if (status >= 300 && status < 400) {
      throw new DeliveryError(
        'DELIVERY_REFUSED',
        `the SMS gateway sends elsewhere (status ${status}), which is not followed; write the address it is at into url of [http_gateway]`,
      )
    }
    if (status === 401 || status === 403) {
      throw new DeliveryError(
        'DELIVERY_REFUSED',
        `the SMS gateway does not let us send (status ${status}); check the name, password or key in [http_gateway]`,
      )
    }
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
