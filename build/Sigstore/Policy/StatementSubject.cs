using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Sigstore;

/// <summary>Whether an envelope's in-toto statement is about something (in-toto attestation, spec/v1/statement.md).</summary>
internal static class StatementSubject
{
    private const string PayloadType = "application/vnd.in-toto+json";
    private const int MostSubjects = 4096;

    /// <exception cref="SigstoreException">It is no such statement, or about something else.</exception>
    public static void Require(BundleContent content, SignedMessage subject)
    {
        if (content.PayloadType != PayloadType)
            throw new SigstoreException(
                SigstoreFailure.StatementMalformed,
                $"the envelope's payload is of the type {Printable.Of(content.PayloadType!)}: wanted {PayloadType}"
            );
        bool isAbout;
        try
        {
            isAbout = OciJson.Read(content.Payload, "statement", statement => IsAbout(statement, subject));
        }
        catch (ContentException e)
        {
            throw new SigstoreException(SigstoreFailure.StatementMalformed, e.Message, e);
        }

        if (!isAbout)
            throw new SigstoreException(SigstoreFailure.SubjectMismatch, "no subject of the statement is the content that was given");
    }

    private static bool IsAbout(JsonElement statement, SignedMessage subject)
    {
        string type = statement.RequiredString("_type");
        if (type is not ("https://in-toto.io/Statement/v1" or "https://in-toto.io/Statement/v0.1"))
            throw new ContentException($"_type wanted https://in-toto.io/Statement/v1, got {Printable.Of(type)}");
        return statement
            .ItemsUpTo("subject", MostSubjects)
            .Any(one => one.Find("digest") is { } digests && digests.EnumerateObject().Any(digest => Is(digest, subject)));
    }

    private static bool Is(JsonProperty digest, SignedMessage subject) =>
        digest.Name is "sha256" or "sha512"
        && digest.Value.ValueKind == JsonValueKind.String
        && Digest.TryParse($"{digest.Name}:{digest.Value.GetString()}", out Digest? said)
        && subject.Has(said);
}
