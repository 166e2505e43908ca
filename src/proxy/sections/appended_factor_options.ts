import type { Options } from '../../config/option.ts'
import { boolean, integer, text, words } from '../../config/value_type.ts'

/** How a factor or passcode is separated from the password that it follows. */
export const delimiterOptions = {
  delimiter: { type: text, default: ',', meaning: 'separator between password and factor' },
  delimited_password_length: {
    type: integer({ min: 0 }),
    default: '0',
    meaning: 'length of every password, instead of a delimiter; 0 for off',
  },
} satisfies Options

/** What happens if the user appends nothing to the password, or something. */
export const automaticFactorOptions = {
  factors: {
    type: words,
    default: 'auto',
    meaning:
      'factors to try, in order, if the user named none: `auto`, `push`, `phone`, `passcode`',
  },
  ...delimiterOptions,
  allow_concat: {
    type: boolean,
    default: 'true',
    meaning: 'accepts a factor or passcode appended to the password',
  },
} satisfies Options
