import { LinkButton } from '../parts/links.tsx'
import { Section } from '../parts/section.tsx'
import type { User } from './user.ts'

export function DangerSection({ user: { user_id } }: { readonly user: User }) {
  return (
    <Section
      title="Danger zone"
      description="A removed user stays in the trash for some days, and can be restored with all devices."
      danger
      actions={
        <LinkButton to={`/users/${user_id}/remove`} color="danger" variant="outline">
          Remove
        </LinkButton>
      }
    />
  )
}
