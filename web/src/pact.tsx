export function PactRoom() { return <main class="sheet" tabIndex={-1} />; }
