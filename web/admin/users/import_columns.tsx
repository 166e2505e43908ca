import { Code } from '@mantine/core'
import type { ReactNode } from 'react'
import { DefinitionList } from '../parts/definition_list.tsx'
import { DownloadButton } from '../parts/download_button.tsx'
import { Section } from '../parts/section.tsx'

const template = `username,realname,email,alias1,phone1,platform1,group1,token1,type1,status,notes
alice,Alice Adams,alice@example.com,aadams,+1 202 555 0143,iphone,Staff,,,active,
bob,Bob Brown,bob@example.com,,+44 20 7946 0000 x12,landline,,,,active,Works from home
`

const columns: readonly (readonly [names: readonly string[], value: ReactNode])[] = [
  [
    ['username'],
    'Name or alias of an existing user, who is changed. Any other name is created. The only column that must be there.',
  ],
  [['realname', 'firstname', 'lastname', 'email', 'notes'], 'Text.'],
  [
    ['status'],
    <>
      <Code>active</Code>, <Code>bypass</Code> or <Code>disabled</Code>. A locked user stays locked.
    </>,
  ],
  [['alias1 … alias8'], 'Added to the aliases of the user.'],
  [
    ['phone1', 'phone2 …'],
    <>
      Number in international form, such as <Code>+1 202 555 0143</Code>, with an extension as{' '}
      <Code>x12</Code>.
    </>,
  ],
  [
    ['platform1', 'platform2 …'],
    <>
      Of the phone with this number: <Code>iphone</Code>, <Code>android</Code>, <Code>mobile</Code>{' '}
      or <Code>landline</Code>.
    </>,
  ],
  [['group1', 'group2 …'], 'Name of a group.'],
  [
    ['token1', 'type1', 'token2 …'],
    <>
      Serial number of a token without a user, and its type: <Code>h6</Code>, <Code>h8</Code>,{' '}
      <Code>t6</Code>, <Code>t8</Code> or <Code>yk</Code>.
    </>,
  ],
]

/** The columns that an import takes, and a file to start from. */
export function ImportColumns() {
  return (
    <Section
      title="Columns"
      description="The first line names the columns, in any order. An empty cell changes nothing, and nothing is removed."
      actions={<DownloadButton fileName="users.csv" text={template} label="Download a template" />}
    >
      <DefinitionList items={columns.map(([names, value]) => [names.join(', '), value] as const)} />
    </Section>
  )
}
