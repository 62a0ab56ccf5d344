"""Running a store on a thread of its own, for asyncio."""
