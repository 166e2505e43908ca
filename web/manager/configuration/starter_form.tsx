import {
  ActionIcon,
  Button,
  Fieldset,
  Group,
  NumberInput,
  PasswordInput,
  Radio,
  Stack,
  TextInput,
} from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { type SubmitEvent, useState } from 'react'
import {
  buildStarterFile,
  failmodeMeaning,
  type StarterAnswers,
  type StarterProduct,
} from '../../../src/manager/editor/starter_file.ts'
import { makeSecret } from '../editor/make_secret.ts'
import { findAnswerProblems } from './starter_problems.ts'

type Client = StarterAnswers['clients'][number] & { readonly id: number }

export function StarterForm({
  product,
  onDone,
}: {
  readonly product: StarterProduct
  readonly onDone: (text: string) => void
}) {
  const [answers, setAnswers] = useState<Omit<StarterAnswers, 'clients'>>({
    product: product.id,
    ikey: '',
    skey: '',
    apiHost: '',
    apiPort: 443,
    caFile: '',
    port: 1812,
    failmode: 'secure',
  })
  const [clients, setClients] = useState<readonly Client[]>(() => makeClients(product))
  const sharesSecret = product.sharesSecret === true
  const sharedSecret = clients[0]?.secret ?? ''
  const [wasSent, setSent] = useState(false)
  const whole = { ...answers, clients }
  const problems = wasSent ? findAnswerProblems(whole) : {}
  const set = (change: Partial<StarterAnswers>) => setAnswers({ ...answers, ...change })
  const setSecret = (secret: string) => setClients(clients.map((client) => ({ ...client, secret })))
  const setClient = (id: number, change: Partial<Client>) =>
    setClients(clients.map((client) => (client.id === id ? { ...client, ...change } : client)))
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    setSent(true)
    if (Object.keys(findAnswerProblems(whole)).length === 0) onDone(buildStarterFile(whole))
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="lg">
        <Fieldset legend="The application in the service" className="guide-fields">
          <TextInput
            label="Integration key (ikey)"
            description="20 letters and digits, from the page of the application"
            autoComplete="off"
            spellCheck={false}
            value={answers.ikey}
            error={problems.ikey}
            onChange={(event) => set({ ikey: event.currentTarget.value })}
          />
          <PasswordInput
            label="Secret key (skey)"
            description="40 letters and digits, from the same page"
            autoComplete="off"
            value={answers.skey}
            error={problems.skey}
            onChange={(event) => set({ skey: event.currentTarget.value })}
          />
          <TextInput
            label="API hostname"
            description="Host name of the MFA service, without https://"
            autoComplete="off"
            spellCheck={false}
            value={answers.apiHost}
            error={problems.apiHost}
            onChange={(event) => set({ apiHost: event.currentTarget.value })}
          />
          <NumberInput
            label="API port"
            description="443, unless your service says otherwise"
            min={1}
            max={65535}
            hideControls
            value={answers.apiPort}
            error={problems.apiPort}
            onChange={(value) => set({ apiPort: Number(value) })}
          />
          <TextInput
            label="File of its certificate authority"
            description="A PEM file on this machine; leave it empty if a public authority issued the certificate"
            autoComplete="off"
            spellCheck={false}
            value={answers.caFile}
            onChange={(event) => set({ caFile: event.currentTarget.value })}
          />
        </Fieldset>
        <Fieldset legend="RADIUS clients" className="guide-fields">
          {clients.map(({ id, address, secret }, index) => (
            <Group key={id} gap="sm" align="flex-start" className="guide-client">
              <TextInput
                label={`${product.clientLabel} ${clients.length > 1 ? index + 1 : ''}`.trim()}
                description={product.clientHint}
                autoComplete="off"
                spellCheck={false}
                value={address}
                error={problems[`address ${index}`]}
                onChange={(event) => setClient(id, { address: event.currentTarget.value })}
              />
              {!sharesSecret && (
                <PasswordInput
                  label={`RADIUS secret ${clients.length > 1 ? index + 1 : ''}`.trim()}
                  description="New and random; type the same on the other side"
                  autoComplete="off"
                  value={secret}
                  error={problems[`secret ${index}`]}
                  onChange={(event) => setClient(id, { secret: event.currentTarget.value })}
                />
              )}
              {clients.length > 1 && (
                <ActionIcon
                  color="gray"
                  className="guide-remove"
                  aria-label={`Remove ${product.clientLabel} ${index + 1}`}
                  onClick={() => setClients(clients.filter((client) => client.id !== id))}
                >
                  <IconTrash size={18} aria-hidden />
                </ActionIcon>
              )}
            </Group>
          ))}
          <Button
            variant="subtle"
            size="compact-sm"
            className="guide-add"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => {
              const id = Math.max(...clients.map((client) => client.id)) + 1
              const secret = sharesSecret ? sharedSecret : makeSecret()
              setClients([...clients, { id, address: '', secret }])
            }}
          >
            Add another address
          </Button>
          {sharesSecret && (
            <PasswordInput
              label="RADIUS secret"
              description="New and random, for all addresses; type the same on the other side"
              autoComplete="off"
              value={sharedSecret}
              error={problems['secret 0']}
              onChange={(event) => setSecret(event.currentTarget.value)}
            />
          )}
          <NumberInput
            label="RADIUS port"
            description="UDP port that this proxy listens on"
            min={1}
            max={65535}
            hideControls
            value={answers.port}
            error={problems.port}
            onChange={(value) => set({ port: Number(value) })}
          />
        </Fieldset>
        <Radio.Group
          label="When the service is down"
          value={answers.failmode}
          onChange={(value) => set({ failmode: value === 'safe' ? 'safe' : 'secure' })}
        >
          <Stack gap="xs" mt="xs">
            <Radio
              value="secure"
              label="Reject (failmode=secure)"
              description={failmodeMeaning.secure}
            />
            <Radio
              value="safe"
              label="Let users in (failmode=safe)"
              description={failmodeMeaning.safe}
            />
          </Stack>
        </Radio.Group>
        <Group>
          <Button type="submit">Create the file</Button>
        </Group>
      </Stack>
    </form>
  )
}

function makeClients({ clients, sharesSecret }: StarterProduct): readonly Client[] {
  const shared = makeSecret()
  return Array.from({ length: clients }, (_, id) => ({
    id,
    address: '',
    secret: sharesSecret === true ? shared : makeSecret(),
  }))
}
