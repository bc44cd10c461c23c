import type { Footage } from '../footage/footage.ts'
import type { FootageId } from '../footage/ids.ts'
import type { Services } from '../services.ts'
import type { Lane } from './messages.ts'

/** The lane in which a recording's work travels. */
export const laneOf = ({ urgent }: Pick<Footage, 'urgent'>): Lane =>
  urgent ? 'urgent' : 'ordinary'

/** As laneOf, where only the id is known. Of what does not exist nothing is urgent. */
export async function laneOfId({ catalogue }: Services, id: FootageId): Promise<Lane> {
  const footage = await catalogue.find(id)
  return footage ? laneOf(footage) : 'ordinary'
}
