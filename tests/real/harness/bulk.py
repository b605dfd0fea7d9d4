"""Many objects through the API, as fast as it takes them."""
import queue
import threading

from .api import ApiError


def create(server, items, threads=8):
    """POSTs (collection path, item) pairs over several connections, in no particular order."""
    waiting, failed = queue.SimpleQueue(), []
    for item in items:
        waiting.put(item)

    def write():
        api = server.api()
        while not failed:
            try:
                path, item = waiting.get_nowait()
            except queue.Empty:
                break
            try:
                api.create(path, item)
            except (ApiError, OSError) as refused:
                failed.append((path, item["metadata"]["name"], refused))
        api.close()

    workers = [threading.Thread(target=write) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if failed:
        raise RuntimeError(f"could not be written: {failed[0]}")
