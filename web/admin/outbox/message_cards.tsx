import { Anchor, Text } from '@mantine/core'
import { IconMail, IconMessage } from '@tabler/icons-react'
import { CopiedCode } from './copied_code.tsx'
import { EntryCard } from './entry_card.tsx'
import type { Mail, Message } from './outbox.ts'

export function MessageCard({ message: { to, at, text } }: { readonly message: Message }) {
  return (
    <EntryCard icon={<IconMessage size={20} aria-hidden />} what="SMS to" to={to} at={at}>
      <div className="bubble">
        {parted(text, /\b(\d{5,8})\b/g).map(({ key, text, marked }) =>
          marked ? <CopiedCode key={key} code={text} /> : <span key={key}>{text}</span>,
        )}
      </div>
    </EntryCard>
  )
}

export function MailCard({ mail: { to, at, subject, text } }: { readonly mail: Mail }) {
  return (
    <EntryCard icon={<IconMail size={20} aria-hidden />} what="Mail to" to={to} at={at}>
      <Text fw={600}>{subject}</Text>
      <div className="mail-text">
        {parted(text, /(https:\/\/\S+[^\s.,;)])/g).map(({ key, text, marked }) =>
          marked ? (
            <Anchor key={key} inherit href={text} target="_blank" rel="noopener" className="break">
              {text}
            </Anchor>
          ) : (
            <span key={key}>{text}</span>
          ),
        )}
      </div>
    </EntryCard>
  )
}

/** Splits a text at the matches of a pattern with one group; every second part is a match. */
function parted(text: string, pattern: RegExp) {
  return text.split(pattern).map((part, index) => ({
    key: `${index} ${part}`,
    text: part,
    marked: index % 2 === 1,
  }))
}
