/**
 * A custom resource of CloudFormation that turns RADIUS of an AWS directory on, changes and disables it.
 * AWS has no resource of its own for that. The runtime nodejs22.x brings both clients of the SDK along.
 */
const pollMs = 5_000
/** Time that is left for the answer to CloudFormation, which otherwise waits for an hour. */
const reserveMs = 20_000
const idPrefix = 'radius-'
/** Nothing was changed, so that a roll-back must not disable what someone else has enabled. */
const nothingId = 'nothing-changed'
const maxReason = 1_000

/** What AWS runs. */
export async function handler(event, context) {
  const { DirectoryServiceClient, ...commands } = await import('@aws-sdk/client-directory-service')
  const { SecretsManagerClient, GetSecretValueCommand } = await import(
    '@aws-sdk/client-secrets-manager'
  )
  const secrets = new SecretsManagerClient()
  await handle(event, {
    directoryService: new DirectoryServiceClient(),
    commands,
    readSecret: async (SecretId) =>
      (await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString,
    remainingMs: () => context.getRemainingTimeInMillis(),
    pollMs,
  })
}

/** Does what CloudFormation asks for, and always answers: without an answer, the stack hangs. */
export async function handle(event, host) {
  const answer = await settle(event, host)
  const body = JSON.stringify({
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
    ...answer,
  })
  const response = await fetch(event.ResponseURL, {
    method: 'PUT',
    // the URL is signed for an empty type
    headers: { 'content-type': '', 'content-length': String(Buffer.byteLength(body)) },
    body,
  })
  if (!response.ok) throw new Error(`CloudFormation refused the answer: ${response.status}`)
}

async function settle(event, host) {
  const directoryId = event.ResourceProperties?.DirectoryId
  const id = `${idPrefix}${directoryId}`
  const change = { started: event.RequestType !== 'Create', secret: undefined }
  try {
    if (event.RequestType === 'Delete') {
      await remove(event.PhysicalResourceId, host)
      return { Status: 'SUCCESS', PhysicalResourceId: event.PhysicalResourceId }
    }
    const status = await apply(event, host, change)
    return {
      Status: 'SUCCESS',
      PhysicalResourceId: id,
      Data: { RadiusStatus: status },
    }
  } catch (error) {
    const reason = withoutSecret(`${error.name}: ${error.message}`, change.secret).slice(
      0,
      maxReason,
    )
    return {
      Status: 'FAILED',
      Reason: reason,
      PhysicalResourceId:
        event.PhysicalResourceId ?? (change.started ? id : `${nothingId}-${event.RequestId}`),
    }
  }
}

async function apply(event, host, change) {
  const { directoryService, commands } = host
  const { DirectoryId, SecretArn, ...properties } = event.ResourceProperties
  const SharedSecret = await host.readSecret(SecretArn)
  change.secret = SharedSecret
  const RadiusSettings = { ...readSettings(properties), SharedSecret }
  // another directory is another resource: CloudFormation deletes the former one afterwards
  const isSame = event.OldResourceProperties?.DirectoryId === DirectoryId
  const Command =
    event.RequestType === 'Update' && isSame
      ? commands.UpdateRadiusCommand
      : commands.EnableRadiusCommand
  await directoryService.send(new Command({ DirectoryId, RadiusSettings }))
  change.started = true
  return await waitForStatus(DirectoryId, host)
}

/** A message about a value that AWS refuses can repeat it, and everybody who sees the stack sees the reason. */
function withoutSecret(text, secret) {
  return secret ? text.replaceAll(secret, '(the secret)') : text
}

/** CloudFormation sends every value as text. */
function readSettings({ RadiusServers, RadiusPort, RadiusTimeout, RadiusRetries, ...rest }) {
  return {
    RadiusServers: [RadiusServers].flat(),
    RadiusPort: Number(RadiusPort ?? 1812),
    RadiusTimeout: Number(RadiusTimeout ?? 20),
    RadiusRetries: Number(RadiusRetries ?? 0),
    AuthenticationProtocol: rest.AuthenticationProtocol ?? 'PAP',
    DisplayLabel: rest.DisplayLabel ?? 'Countersign',
  }
}

async function waitForStatus(directoryId, host) {
  const { directoryService, commands, remainingMs } = host
  for (;;) {
    const { DirectoryDescriptions } = await directoryService.send(
      new commands.DescribeDirectoriesCommand({ DirectoryIds: [directoryId] }),
    )
    const status = DirectoryDescriptions?.[0]?.RadiusStatus
    if (status === 'Completed') return status
    if (status === 'Failed') {
      throw new Error(
        `the RADIUS status of ${directoryId} is Failed: the controllers got no valid reply from the proxies. Run "workspaces advise", and check addresses, secret and security groups`,
      )
    }
    if (remainingMs() < reserveMs) {
      throw new Error(`the RADIUS status of ${directoryId} is still ${status}`)
    }
    await new Promise((resolve) => setTimeout(resolve, host.pollMs))
  }
}

async function remove(physicalId, { directoryService, commands }) {
  if (!physicalId.startsWith(idPrefix)) return
  const DirectoryId = physicalId.slice(idPrefix.length)
  try {
    await directoryService.send(new commands.DisableRadiusCommand({ DirectoryId }))
  } catch (error) {
    // RADIUS, or the whole directory, is gone already
    if (error.name !== 'EntityDoesNotExistException') throw error
  }
}
