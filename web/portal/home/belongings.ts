import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { say } from '../../parts/say.ts'
import { type Belongings, errorMessage, portal } from '../api.ts'

const key = ['devices']

export function useBelongings() {
  return useQuery({ queryKey: key, queryFn: portal.belongings })
}

/** Changes what is shown at once where the service answers with it, and asks anew where it does not. */
export function useChange<Variables>(
  change: (variables: Variables) => Promise<object>,
  told: string,
) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: async (answer) => {
      if (isBelongings(answer)) client.setQueryData(key, answer)
      else await client.invalidateQueries({ queryKey: key })
      say(told)
    },
  })
}

/** Keeps an order that is shown already; what could not be kept is shown as it was. */
export function useReorder() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: portal.reorder,
    onSuccess: (answer) => client.setQueryData(key, answer),
    onError: async (error) => {
      say(errorMessage(error), 'danger')
      await client.invalidateQueries({ queryKey: key })
    },
  })
}

function isBelongings(answer: object): answer is Belongings {
  return 'devices' in answer
}
