import { EVENT_GRID_PATH } from './event-grid-webhook.ts'
import { answerEmpty, type HttpHandler, pathOf } from './http-listener.ts'

/** The host's own paths come before the app's routes; all compare without regard to case. */
export function dispatch(
  handlers: Record<'admin' | 'eventGrid' | 'app', HttpHandler>,
): HttpHandler {
  return async (request, response, url) => {
    const path = pathOf(request).toLowerCase()
    if (path.startsWith('/admin/')) return handlers.admin(request, response, url)
    if (path === EVENT_GRID_PATH.toLowerCase()) return handlers.eventGrid(request, response, url)
    if (path.startsWith('/runtime/')) return answerEmpty(response, 404)
    return handlers.app(request, response, url)
  }
}
