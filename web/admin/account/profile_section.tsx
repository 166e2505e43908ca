import { Button, Group, SimpleGrid, Stack, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Problem } from '../../parts/problem.tsx'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { LinkButton } from '../parts/links.tsx'
import { Section } from '../parts/section.tsx'
import { sessionKey } from '../query_client.ts'
import type { Profile } from './profile.ts'

export function ProfileSection({
  profile: { name, phone, email, role },
}: {
  readonly profile: Profile
}) {
  const client = useQueryClient()
  const save = useAct({
    run: (body: { readonly name: string; readonly phone: string }) =>
      api.patch<Profile>('profile', body),
    changes: ['profile', 'administrators'],
    onDone: () => client.invalidateQueries({ queryKey: sessionKey }),
    done: 'Profile saved',
  })
  const form = useForm({ name, phone }, save)
  return (
    <Section
      title="Profile"
      description={`${email} · ${role}`}
      actions={
        <LinkButton to="/account/password" variant="default">
          Change password
        </LinkButton>
      }
    >
      <Stack component="form" gap="md" onSubmit={form.submit}>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput {...form.text('name')} label="Name" maxLength={100} />
          <TextInput {...form.text('phone')} label="Phone" type="tel" maxLength={32} />
        </SimpleGrid>
        <Problem>{form.problem}</Problem>
        <Group>
          <Button type="submit" loading={form.isPending} disabled={!form.isDirty}>
            Save
          </Button>
        </Group>
      </Stack>
    </Section>
  )
}
