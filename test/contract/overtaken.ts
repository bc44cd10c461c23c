import type { Services } from '../../shared/services.ts'

/** Services under which another comes in between, once: just before a recording is changed. */
export function overtaken(services: Services, another: () => Promise<unknown>): Services {
  let isFirst = true
  return {
    ...services,
    catalogue: {
      ...services.catalogue,
      change: async (id, step) => {
        if (isFirst) {
          isFirst = false
          await another()
        }
        return services.catalogue.change(id, step)
      },
    },
  }
}
