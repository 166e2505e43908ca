import { InvalidArgumentError } from 'commander'
import { isMailAddress } from '../../service/config/mail_address.ts'

/** The value of `--email`; empty for none. */
export function readMailOption(text: string): string {
  if (text === '' || isMailAddress(text)) return text
  throw new InvalidArgumentError('expected one mail address, such as alice@example.com')
}
