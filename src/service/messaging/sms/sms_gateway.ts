import { fillTemplate } from '../../config/gateway_template.ts'
import type { HttpGatewayConfig } from '../../config/http_gateway_section.ts'
import { DeliveryError } from '../messaging.ts'
import { ProviderHttp } from '../provider/provider_http.ts'

const contentTypes = { form: 'application/x-www-form-urlencoded', json: 'application/json' }

/** A gateway that sends a message for one HTTP request, built from templates for URL and body. */
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

  /**
   * @returns Text for the log, without the response, which may contain the message.
   * @throws {DeliveryError}
   */
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
        `the SMS gateway redirects (status ${status}), which is not followed; set url in [http_gateway] to its final address`,
      )
    }
    if (status === 401 || status === 403) {
      throw new DeliveryError(
        'DELIVERY_REFUSED',
        `the SMS gateway rejected the credentials (status ${status}); check the name, password or key in [http_gateway]`,
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
        `the SMS gateway failed (status ${status}); the message may have been sent`,
      )
    }
    if (status < 200 || status >= 300) {
      throw new DeliveryError(
        'DELIVERY_REFUSED',
        `the SMS gateway rejected the request (status ${status}); check url, body and headers in [http_gateway]`,
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
