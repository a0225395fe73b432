using Slipway.Images;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Inspection.Tests;

public class InspectionRecordTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_did_not_pass_or_was_not_inspected_may_not_be_signed()
    {
        using AssemblyFixture shop = WholeImage.Create();
        AssembledImage image = await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        string record = Path.Combine(shop.Root, InspectionRecord.FileName);
        await RefusedAsync("was not inspected");
        InspectionResult passed = await shop.InspectAsync();
        File.WriteAllBytes(record, InspectionRecord.ToBytes(passed));
        await InspectionRecord.RequireAsync(record, image, Stop);
        File.WriteAllBytes(record, InspectionRecord.ToBytes(passed with { Index = Digest.Of("other"u8) }));
        await RefusedAsync("was not inspected");
        File.WriteAllBytes(
            record,
            InspectionRecord.ToBytes(
                passed with
                {
                    Violations = [new Violation("tiny", Platform.LinuxAmd64, "/x", "link", "problem", "mend")],
                }
            )
        );
        await RefusedAsync("violates its contract");
        File.WriteAllText(record, "{ \"digest\": ");
        await RefusedAsync(record);

        async Task RefusedAsync(string because)
        {
            ContentException e = await Assert.ThrowsAsync<ContentException>(() => InspectionRecord.RequireAsync(record, image, Stop));
            Assert.Contains(because, e.Message, StringComparison.Ordinal);
            Assert.EndsWith("Run ./build.sh Inspect --images tiny", e.Message, StringComparison.Ordinal);
        }
    }
}
