using System.Text;
using Slipway.CycloneDx;
using Slipway.Images;
using Slipway.Oci;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// CycloneDX's own library takes our documents by the published schema of 1.6, strictly: no member that it does not know, every licence
/// expression, address, time and hash of its form.
/// </summary>
public sealed class CycloneDxLibraryTests
{
    internal static WorkflowJudge Library { get; } =
        new(
            "cyclonedx-library",
            """
            import { createRequire } from "node:module";
            import { readFileSync } from "node:fs";
            const { Validation, Spec } = createRequire(import.meta.url)("@cyclonedx/cyclonedx-library");
            const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
            for (const file of process.argv.slice(2)) {
              const found = await validator.validate(readFileSync(file, "utf8"));
              if (found !== null) console.log(JSON.stringify(found));
            }
            """,
            new NpmPackage(
                "@cyclonedx/cyclonedx-library",
                "10.3.0",
                "sha512-RIT28sp1U0PCHaaeF3yNRwk6Jig/XJ8UsYAVOMYaHQ+0VVOvsjcp0PTWQFLUqJFF8XMud+Kdq6G+wtDAh+QJFA=="
            ),
            new NpmPackage(
                "ajv",
                "8.17.1",
                "sha512-B/gBuNg5SiMTrPkC+A2+cW0RszwxYmn6VYxB/inlBStS5nx6xHIt/ehKRhIMhqusl7a8LjQoZnjCs5vhwxOQ1g=="
            ),
            new NpmPackage(
                "fast-deep-equal",
                "3.1.3",
                "sha512-f3qQ9oQy9j2AhBe/H9VC91wLmKBCCU/gDOnKNAYG5hswO7BLKj09Hc5HYNz9cGI++xlpDCIgDaitVs03ATR84Q=="
            ),
            new NpmPackage(
                "fast-uri",
                "3.0.6",
                "sha512-Atfo14OibSv5wAp4VWNsFYE1AchQRTv9cBGWET4pZWHzYshFSS9NQI6I57rdKn9croWVMbYFbLhJ+yJvmZIIHw=="
            ),
            new NpmPackage(
                "json-schema-traverse",
                "1.0.0",
                "sha512-NM8/P9n3XjXhIZn1lLhkFaACTOURQXjWhV4BA/RnOv8xvgqtqpAX9IO4mRQxSx1Rlo4tqzeqb0sOlruaOy3dug=="
            ),
            new NpmPackage(
                "require-from-string",
                "2.0.2",
                "sha512-Xf0nWe6RseziFMu+Ap9biiUbmplq6S9/p+7w7YXP/JBHhrUDDUhwa+vANyubuqfZWTveU//DYVGsDG7RKL/vEw=="
            ),
            new NpmPackage(
                "ajv-formats",
                "3.0.1",
                "sha512-8iUql50EUR+uUcdRQ3HDqa6EVyo3docL8g5WJ3FNcWmu62IbkGUue/pEyLBW8VGKKucTPgqeks4fIU1DA4yowQ=="
            ),
            new NpmPackage(
                "ajv-formats-draft2019",
                "1.6.1",
                "sha512-JQPvavpkWDvIsBp2Z33UkYCtXCSpW4HD3tAZ+oL4iEFOk9obQZffx0yANwECt6vzr6ET+7HN5czRyqXbnq/u0Q=="
            ),
            new NpmPackage(
                "punycode",
                "2.3.1",
                "sha512-vYt7UD1U9Wg6138shLtLOvdAu+8DsC/ilFtEVHcH+wydcSpNE20AfSOduf6MkRFahL5FY7X1oU7nKVZFtfq8Fg=="
            ),
            new NpmPackage(
                "schemes",
                "1.4.0",
                "sha512-ImFy9FbCsQlVgnE3TCWmLPCFnVzx0lHL/l+umHplDqAKd0dzFpnS6lFZIpagBlYhKwzVmlV36ec0Y1XTu8JBAQ=="
            ),
            new NpmPackage(
                "extend",
                "3.0.2",
                "sha512-fjquC59cD7CyW6urNXK0FBufkZcoiGG80wTuPujX590cB5Ttln20E2UB4S/WARVqhXffZl2LNgS+gQdPIIim/g=="
            ),
            new NpmPackage(
                "smtp-address-parser",
                "1.1.0",
                "sha512-Gz11jbNU0plrReU9Sj7fmshSBxxJ9ShdD2q4ktHIHo/rpTH6lFyQoYHYKINPJtPe8aHFnsbtW46Ls0tCCBsIZg=="
            ),
            new NpmPackage(
                "nearley",
                "2.20.1",
                "sha512-+Mc8UaAebFzgV+KpI5n7DasuuQCHA89dmwm7JXw3TV43ukfNQ9DnBH3Mdb2g/I4Fdxc26pwimBWvjIw0UAILSQ=="
            ),
            new NpmPackage(
                "uri-js",
                "4.4.1",
                "sha512-7rKUyy33Q1yc98pQ1DAmLtwX109F7TIfWlW1Ydo8Wl1ii1SeHieeh0HHfPeL2fMXK6z0s8ecKs9frCuLJvndBg=="
            )
        );

    [Fact]
    public async Task The_library_takes_every_document_and_refuses_one_that_was_changed()
    {
        using AssemblyFixture shop = DescribedImage.CreateWithPrograms();
        await shop.AssembleAsync();
        Sbom sbom = (await shop.DescribeAsync()).WithCycloneDx();
        Assert.Equal(3, sbom.CycloneDx.Length);
        using ScratchFolder folder = new();
        foreach ((Platform? platform, CycloneDxDocument document) in sbom.CycloneDx)
        {
            string text = Encoding.UTF8.GetString(document.ToBytes());
            Assert.Equal("", await Library.JudgeAsync(folder.Write($"{platform?.Architecture ?? "index"}.cdx.json", text)));
        }

        string whole = Encoding.UTF8.GetString(sbom.CycloneDx[0].Document.ToBytes());
        foreach (
            (string what, string with) in ((string, string)[])
                [("\"type\":\"library\"", "\"type\":\"libary\""), ("\"alg\":\"SHA-256\"", "\"alg\":\"SHA256\""), ("\"purl\":", "\"pur\":")]
        )
            await RefusedAsync(folder, whole, what, with);
    }

    private static async Task RefusedAsync(ScratchFolder folder, string whole, string what, string with)
    {
        Assert.Contains(what, whole, StringComparison.Ordinal);
        Assert.NotEqual(
            "",
            await Library.JudgeAsync(folder.Write("changed.cdx.json", whole.Replace(what, with, StringComparison.Ordinal)))
        );
    }
}
