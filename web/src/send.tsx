export function Send() { return <main class="sheet" tabIndex={-1} />; }
