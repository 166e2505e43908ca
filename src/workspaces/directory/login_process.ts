import { errorText } from '../../host/error_text.ts'
import { SharedSecret } from '../../radius/index.ts'
import { findUserNameProblem } from '../guide/user_name_rule.ts'
import type { Knobs } from '../knobs/knob_table.ts'
import type { PrimaryAuthentication } from '../primary/primary.ts'
import { maxMfaCodeOctets } from './access_request.ts'
import type { Controller } from './controller.ts'
import type { RadiusState } from './directory_state.ts'
import { failureMessage, type LoginRequest, type LoginResult, toSecret } from './login.ts'
import { type ExchangeHost, RadiusExchange } from './radius_exchange.ts'
import type { RadiusServer } from './radius_server.ts'
import { planAttempts } from './schedule.ts'
import { namesFromTyped, toWireName } from './user_name.ts'

export interface LoginHost extends ExchangeHost {
  readonly identity: { readonly directoryId: string; readonly name: string }
  readonly controllers: readonly Controller[]
  readonly primary: PrimaryAuthentication
}

/** State of the directory when a login begins. */
export interface DirectorySnapshot {
  readonly knobs: Knobs
  readonly radius: RadiusState | undefined
  readonly servers: () => Promise<readonly RadiusServer[]>
}

/** The result of one factor. */
type Step = { readonly ok: true } | { readonly ok: false; readonly reason: string }

interface Names {
  readonly samAccountName: string
  readonly userPrincipalName: string
}

/** Signs users in: name, password and RADIUS in the order of the knobs. */
export class LoginProcess {
  readonly #host: LoginHost
  #turn = 0

  constructor(host: LoginHost) {
    this.#host = host
  }

  async run(request: LoginRequest, scene: DirectorySnapshot): Promise<LoginResult> {
    const { trace, random } = this.#host
    const loginId = Buffer.from(random.octets(8)).toString('hex')
    const controller = this.#pickController(request.username, scene.knobs)
    const node = { loginId, kind: 'sign-in' } as const
    trace.add({
      ...node,
      from: 'client',
      to: controller.name,
      name: 'sign-in',
      detail: `user '${request.username}'`,
      user: request.username,
    })
    const step = await this.#runSteps(request, scene, controller, loginId)
    const answer = { ...node, from: controller.name, to: 'client' }
    if (!step.ok) {
      trace.add({ ...answer, name: 'denied', detail: step.reason, outcome: 'refused' })
      return { loginId, result: 'denied', message: failureMessage }
    }
    trace.add({ ...answer, name: 'accepted', detail: 'the session begins', outcome: 'ok' })
    this.#emitAccess(request, loginId, controller)
    return { loginId, result: 'accepted' }
  }

  async #runSteps(
    request: LoginRequest,
    { knobs, radius, servers }: DirectorySnapshot,
    controller: Controller,
    loginId: string,
  ): Promise<Step> {
    const problem = findUserNameProblem(request.username)
    if (problem !== undefined) return failed(problem)
    let names: Names = namesFromTyped(request.username, this.#host.identity.name)
    const passwordStep = async (): Promise<Step> => {
      const { step, found } = await this.#checkPassword(request, controller, loginId)
      names = found ?? names
      return step
    }
    const rule = radius === undefined ? 'password-only' : ruleFor(radius, knobs)
    if (rule === 'password-only') return await passwordStep()
    if (rule === 'deny' || radius === undefined) return failed(`RADIUS is ${radius?.status}`)
    const radiusStep = async (): Promise<Step> =>
      await this.#askRadius(
        request,
        names,
        { knobs, radius, servers: await servers() },
        controller,
        loginId,
      )
    const steps =
      knobs.order === 'ad-first' ? [passwordStep, radiusStep] : [radiusStep, passwordStep]
    for (const run of steps) {
      const step = await run()
      if (!step.ok) return step
    }
    return { ok: true }
  }

  async #checkPassword(
    { username, password }: LoginRequest,
    controller: Controller,
    loginId: string,
  ): Promise<{ readonly step: Step; readonly found?: Names }> {
    const { trace, primary } = this.#host
    const node = { loginId, kind: 'primary', name: 'password' } as const
    trace.add({ ...node, from: controller.name, to: 'domain', detail: `user '${username}'` })
    const reply = { ...node, from: 'domain', to: controller.name }
    try {
      const verdict = await primary.verify(username, toSecret(password))
      if (verdict.kind === 'accepted') {
        trace.add({ ...reply, detail: 'the password is right', outcome: 'ok' })
        return { step: { ok: true }, found: verdict }
      }
      const code = verdict.subCode === undefined ? '' : ` (data ${verdict.subCode})`
      const detail = `${verdict.reason}${code}`
      trace.add({ ...reply, detail, outcome: 'refused' })
      return { step: failed(detail) }
    } catch (error) {
      const detail = `the domain can't be asked: ${errorText(error)}`
      trace.add({ ...reply, detail, outcome: 'error' })
      return { step: failed(detail) }
    }
  }

  async #askRadius(
    request: LoginRequest,
    names: Names,
    scene: {
      readonly knobs: Knobs
      readonly radius: RadiusState
      readonly servers: readonly RadiusServer[]
    },
    controller: Controller,
    loginId: string,
  ): Promise<Step> {
    const { knobs, radius, servers } = scene
    const { settings } = radius
    if (request.mfaCode === '' && knobs.emptyMfa === 'block-in-ui') {
      return failed('the MFA field is empty, and the client does not send the form')
    }
    if (Buffer.byteLength(request.mfaCode) > maxMfaCodeOctets) {
      return failed(`the MFA field has more than ${maxMfaCodeOctets} octets`)
    }
    const exchange = new RadiusExchange(this.#host, {
      controller,
      content: {
        userName: toWireName(request.username, knobs.userNameForm, names),
        mfaCode: request.mfaCode,
        protocol: settings.AuthenticationProtocol,
        directoryId: this.#host.identity.directoryId,
        clientIp: request.clientIp,
      },
      secret: new SharedSecret(settings.SharedSecret.reveal()),
      knobs,
      timeoutMs: settings.RadiusTimeout * 1000,
      deadlineMs: knobs.deadlineMs,
      context: { kind: 'radius', loginId },
    })
    const ranked = controller.rankServers(servers, knobs.deadServerMemoryMs)
    const plan = planAttempts(ranked, settings.RadiusRetries, knobs.schedule)
    const outcome = await exchange.run(plan)
    if (outcome.kind === 'accepted') return { ok: true }
    return failed(outcome.kind === 'refused' ? outcome.reason : `RADIUS timeout: ${outcome.reason}`)
  }

  #pickController(username: string, { controllerPick }: Knobs): Controller {
    const { controllers, random } = this.#host
    const count = controllers.length
    const index =
      controllerPick === 'random'
        ? Math.floor(random.fraction() * count)
        : controllerPick === 'round-robin'
          ? this.#turn++ % count
          : hash(username.toLowerCase()) % count
    const controller = controllers[index]
    if (controller === undefined) throw new Error('the directory has no controller')
    return controller
  }

  /** Like the event 'WorkSpaces Access' of EventBridge, which AWS emits for successful logins only. */
  #emitAccess({ clientIp }: LoginRequest, loginId: string, controller: Controller): void {
    const { trace, identity } = this.#host
    trace.add({
      loginId,
      kind: 'sign-in',
      from: controller.name,
      to: 'client',
      name: 'WorkSpaces Access',
      detail: `directoryId domain/${identity.directoryId}, clientIpAddress ${clientIp ?? 'unknown'}`,
      outcome: 'ok',
    })
  }
}

/** What decides a login in the current status. */
function ruleFor({ status }: RadiusState, knobs: Knobs): 'radius' | 'deny' | 'password-only' {
  if (status === 'Completed') return 'radius'
  return status === 'Failed' ? knobs.failedMeans : knobs.creatingMeans
}

function failed(reason: string): Step {
  return { ok: false, reason }
}

/** FNV-1a: the same controller for every login of a user. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const octet of Buffer.from(text)) value = Math.imul(value ^ octet, 0x01000193) >>> 0
  return value
}
