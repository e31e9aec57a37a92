// Signing in: with a name and a password, or by the link that brought one here.
import { useEffect, useState } from "preact/hooks";
import { get, post, session, type Session } from "./api";
import { Problem } from "./show";
import { t } from "./words";

export function Login({ token }: { token: string }) {
  const [problem, setProblem] = useState(() => {
    if (location.hash !== "#refused") return "";
    history.replaceState(null, "", "#/picture");
    return t("The sign-in was refused. Why stands in the node's journal.");
  });
  const [provider, setProvider] = useState<string | null>(null);
  useEffect(() => { get<{ name: string | null }>("oidc").then((found) => setProvider(found.name), () => undefined); }, []);
  const [busy, setBusy] = useState(false);
  const enter = (body: Record<string, string>) => {
    setBusy(true);
    post<Session>("session", body).then(
      (found) => { session.value = found; },
      (failed: Error) => { setProblem(failed.message); setBusy(false); });
  };
  useEffect(() => { if (token) enter({ token }); }, [token]);
  const submit = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    enter({ name: String(form.get("name")), password: String(form.get("password")) });
  };
  return (
    <main id="content" tabIndex={-1} class="login">
      <form onSubmit={submit}>
        <h1>noroshi <span lang="ja">狼煙</span></h1>
        <p>{t("This console shows what a node holds, and what its partners receive of it. Sign in.")}</p>
        <label>{t("Name")} <input name="name" autoComplete="username" required maxLength={64} /></label>
        <label>{t("Password")} <input name="password" type="password" autoComplete="current-password" required maxLength={1024} /></label>
        <Problem text={problem} />
        <button type="submit" disabled={busy}>{t("Sign in")}</button>
        {provider && <p><a class="button" href="oidc/begin">{t("Sign in with {name}", { name: provider })}</a></p>}
        <p class="quiet">{t("No user yet? On the node's machine:")} <code>noroshi console --node DIR</code></p>
      </form>
    </main>
  );
}
