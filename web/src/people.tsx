// People: who may sign in and as what, and the journal of what they did.
import { useEffect, useState } from "preact/hooks";
import { get, post, type Role, session } from "./api";
import { Problem, Text, Time } from "./show";
import { t } from "./words";

interface Person { name: string; role: Role; password: boolean }
interface Act { n: number; at: number; who: string; what: string; about?: Record<string, string>; sha: string }
const ROLES: Role[] = ["viewer", "analyst", "releaser", "administrator"];

export function People() {
  const [people, setPeople] = useState<Person[]>([]);
  const [acts, setActs] = useState<Act[]>([]);
  const [problem, setProblem] = useState("");
  const look = () => { get<Act[]>("acts").then(setActs, (failed: Error) => setProblem(failed.message)); };
  useEffect(() => { get<Person[]>("users").then(setPeople, (failed: Error) => setProblem(failed.message)); look(); }, []);
  const change = (body: unknown) => post<Person[]>("users", body).then((found) => { setPeople(found); setProblem(""); look(); }, (failed: Error) => setProblem(failed.message));
  const add = (event: Event) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement, data = new FormData(form);
    const password = String(data.get("password"));
    void change({ name: String(data.get("name")), role: String(data.get("role")), password: password || null }).then(() => form.reset());
  };
  return (
    <main id="content" tabIndex={-1} class="sheet">
      <h1>{t("People")}</h1>
      <Problem text={problem} />
      <section>
        <h2>{t("Who may sign in")}</h2>
        <table><thead><tr><th scope="col">{t("Name")}</th><th scope="col">{t("Role")}</th><th scope="col">{t("Password")}</th><th scope="col"><span class="hidden">{t("Remove")}</span></th></tr></thead>
          <tbody>{people.map((each) => (
            <tr key={each.name}><th scope="row">{each.name}</th>
              <td><select aria-label={t("Role of {name}", { name: each.name })} value={each.role} onChange={(event) => void change({ name: each.name, role: (event.target as HTMLSelectElement).value })}>{ROLES.map((role) => <option key={role} value={role}>{t(role)}</option>)}</select></td>
              <td>{each.password ? t("has one") : t("by link only")}</td>
              <td>{each.name !== session.value?.user && <button type="button" class="danger" onClick={() => void change({ name: each.name, role: each.role, remove: true })}>{t("Remove")}</button>}</td></tr>))}</tbody></table>
        <form class="bar" onSubmit={add}>
          <label>{t("Name")} <input name="name" required maxLength={64} autoComplete="off" /></label>
          <label>{t("Role")} <select name="role">{ROLES.map((role) => <option key={role} value={role}>{t(role)}</option>)}</select></label>
          <label>{t("Password")} <input name="password" type="password" minLength={12} maxLength={1024} autoComplete="new-password" /></label>
          <button type="submit">{t("Add, or change")}</button>
        </form>
        <p class="quiet">{t("A password has twelve characters at least. Who changes is signed out.")}</p>
      </section>
      <section>
        <h2>{t("What people did, latest first")}</h2>
        <table><thead><tr><th scope="col">{t("row")}</th><th scope="col">{t("when")}</th><th scope="col">{t("who")}</th><th scope="col">{t("what")}</th><th scope="col">{t("about")}</th></tr></thead>
          <tbody>{acts.map((each) => <tr key={each.n}><td title={each.sha}>{each.n}</td><td><Time ms={each.at / 1000} precision="s" /></td><td><Text s={each.who} longest={70} /></td><td>{t(each.what)}</td><td><Text s={Object.entries(each.about ?? {}).map(([name, about]) => `${t(name)} ${name === "role" ? t(about) : about}`).join(t(", "))} longest={300} /></td></tr>)}</tbody></table>
        <p class="quiet">{t("Each row holds the hash of the one before.")} <code>noroshi user acts --verify</code></p>
      </section>
    </main>
  );
}
