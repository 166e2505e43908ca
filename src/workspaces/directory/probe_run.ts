import { errorText } from '../../host/error_text.ts'
import { SharedSecret } from '../../radius/index.ts'
import type { Knobs } from '../knobs/knob_table.ts'
import type { RadiusSettings } from '../radius_settings/radius_settings.ts'
import type { Controller } from './controller.ts'
import type { ProbeResult } from './probe.ts'
import { type ExchangeHost, RadiusExchange } from './radius_exchange.ts'
import type { RadiusServer } from './radius_server.ts'
import { planAttempts } from './schedule.ts'

export interface ProbeRunHost extends ExchangeHost {
  readonly controllers: readonly Controller[]
  readonly directoryId: string
}

/**
 * The probe that EnableRadius and UpdateRadius start: every controller asks every server at once about a user that
 * does not exist. Any valid reply is good, a reject included.
 */
export class ProbeRun {
  readonly #host: ProbeRunHost

  constructor(host: ProbeRunHost) {
    this.#host = host
  }

  async run(
    settings: RadiusSettings,
    servers: readonly RadiusServer[],
    knobs: Knobs,
    userName: string,
  ): Promise<readonly ProbeResult[]> {
    const probes = this.#host.controllers.flatMap((controller) =>
      servers.map((server) => this.#ask(controller, server, settings, knobs, userName)),
    )
    return await Promise.all(probes)
  }

  async #ask(
    controller: Controller,
    server: RadiusServer,
    settings: RadiusSettings,
    knobs: Knobs,
    userName: string,
  ): Promise<ProbeResult> {
    const of = { controller: controller.name, server: server.name, address: server.address }
    const exchange = new RadiusExchange(this.#host, {
      controller,
      content: {
        userName,
        mfaCode: knobs.probePassword,
        protocol: knobs.probeProtocol === 'PAP' ? 'PAP' : settings.AuthenticationProtocol,
        directoryId: this.#host.directoryId,
        clientIp: undefined,
      },
      secret: new SharedSecret(settings.SharedSecret.reveal()),
      knobs,
      timeoutMs:
        knobs.probeTimeout === 'settings' ? settings.RadiusTimeout * 1000 : knobs.probeTimeout,
      deadlineMs: knobs.deadlineMs,
      context: { kind: 'probe' },
    })
    const attempts =
      knobs.probeAttempts === 'settings' ? settings.RadiusRetries + 1 : knobs.probeAttempts
    try {
      const outcome = await exchange.run(planAttempts([server], attempts - 1, knobs.schedule))
      if (outcome.kind === 'unanswered') {
        return { ...of, isValid: false, result: outcome.reason }
      }
      const result = outcome.kind === 'accepted' ? 'Access-Accept' : outcome.reply
      return { ...of, isValid: true, result, rttMs: Math.round(outcome.rttMs) }
    } catch (error) {
      return {
        ...of,
        isValid: false,
        result: errorText(error),
      }
    }
  }
}
