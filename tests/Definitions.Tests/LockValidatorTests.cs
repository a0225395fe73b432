using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Definitions.Tests;

public class LockValidatorTests
{
    [Fact]
    public void A_lock_made_from_the_definition_fits() => LockValidator.Require(ImageDefinitions.Parse(), ImageLocks.Sound);

    [Theory]
    [InlineData("version: v1.2.3", "version: v1.2.4", "version wanted v1.2.4, locked v1.2.3")]
    [InlineData("suites: [trixie, trixie-security]", "suites: [trixie]", "suites wanted [trixie], locked [trixie, trixie-security]")]
    [InlineData("suites: [trixie, trixie-security]", "suites: [trixie-security, trixie]", "suites wanted [trixie-security, trixie]")]
    [InlineData("components: [main]", "components: [main, contrib]", "components wanted [main, contrib], locked [main]")]
    [InlineData("essential: false", "essential: true", "essential packages wanted: true, locked: false")]
    [InlineData("packages: [zsh, bash]", "packages: [zsh]", "packages of layer base wanted [zsh], locked [bash, zsh]")]
    [InlineData("packages: [zsh, bash]", "packages: [zsh, bash, dash]", "packages of layer base wanted [zsh, bash, dash]")]
    [InlineData("name: top", "name: upper", "layers wanted [base, upper], locked [base, top]")]
    [InlineData("package: mawk,", "package: zip,", "excluded packages wanted [python3, zip], locked [mawk, python3]")]
    [InlineData("{ package: python3, reason: only scripts need it }, ", "", "excluded packages wanted [mawk], locked [mawk, python3]")]
    [InlineData("version: v9", "version: v10", "tool wanted v10, locked v9")]
    [InlineData("/tool-{arch}.tgz", "/other-{arch}.tgz", "tool amd64 wanted https://example.org/v9/other-amd64.tgz")]
    [InlineData("arm64: sha256:e3b0", "arm64: sha256:f3b0", "tool arm64 wanted")]
    [InlineData("[linux/amd64, linux/arm64]", "[linux/amd64]", "architectures wanted [amd64], locked [amd64, arm64]")]
    public void Each_difference_is_told_with_the_command_that_mends_it(string old, string changed, string because)
    {
        ImageDefinition definition = ImageDefinitions.Parse(ImageDefinitions.Sound.Replace(old, changed, StringComparison.Ordinal));
        AssertUnfit(definition, ImageLocks.Sound, because);
    }

    [Fact]
    public void The_order_of_wanted_packages_is_no_difference() =>
        LockValidator.Require(
            ImageDefinitions.Parse(ImageDefinitions.Sound.Replace("[zsh, bash]", "[bash, zsh]", StringComparison.Ordinal)),
            ImageLocks.Sound
        );

    [Fact]
    public void A_lock_of_another_image_does_not_fit() =>
        AssertUnfit(ImageDefinitions.Parse(), ImageLocks.Sound with { Image = "huge" }, "image wanted tiny, locked huge");

    [Fact]
    public void An_upstream_file_that_is_not_locked_or_no_longer_wanted_does_not_fit()
    {
        ImageLock sound = ImageLocks.Sound;
        AssertUnfit(ImageDefinitions.Parse(), sound with { Upstream = [] }, "upstream files wanted [tool], locked []");
        AssertUnfit(
            ImageDefinitions.Parse(),
            sound with
            {
                Upstream = [.. sound.Upstream, sound.Upstream[0] with { Name = "more" }],
            },
            "upstream files wanted [tool], locked [tool, more]"
        );
    }

    [Fact]
    public void A_lock_fits_without_a_word_on_signatures_and_with_one_on_the_definitions_signer_alone()
    {
        LockedUpstream tool = ImageLocks.Sound.Upstream[0];
        ImageLock With(string identity) =>
            ImageLocks.Sound with
            {
                Upstream =
                [
                    tool with
                    {
                        Signature = new LockedSignature(
                            SignatureState.Verified,
                            LockedSignature.ByLog,
                            new UpstreamSigner(identity, "https://accounts.example.org")
                        ),
                    },
                ],
            };
        Assert.Null(tool.Signature);
        LockValidator.Require(ImageDefinitions.Parse(), With("release@example.org"));
        AssertUnfit(
            ImageDefinitions.Parse(),
            With("other@example.org"),
            "tool signer wanted release@example.org of https://accounts.example.org, locked other@example.org of "
                + "https://accounts.example.org"
        );
        ImageDefinition unsigned = ImageDefinitions.Parse(
            ImageDefinitions.Sound.Replace(
                "signature: { identity: release@example.org, issuer: https://accounts.example.org }",
                "",
                StringComparison.Ordinal
            )
        );
        LockValidator.Require(unsigned, ImageLocks.Sound);
        AssertUnfit(
            unsigned,
            With("release@example.org"),
            "tool signer wanted none, locked release@example.org of https://accounts.example.org"
        );
    }

    [Fact]
    public void An_optional_file_fits_with_whatever_checksum_it_was_locked_and_when_it_was_left_out()
    {
        ImageLock sound = ImageLocks.Sound;
        ImageDefinition optional = ImageDefinitions.Parse(ImageDefinitions.Optional);

        LockValidator.Require(optional, sound);
        LockValidator.Require(optional, sound with { Upstream = [], LeftOut = ["tool"] });

        AssertUnfit(optional, sound with { Upstream = [] }, "upstream files wanted [tool], locked []");
        AssertUnfit(optional, sound with { LeftOut = ["tool"] }, "upstream files wanted [], locked [tool]");
        AssertUnfit(optional, sound with { LeftOut = ["more"] }, "upstream file more is left out and not optional");
        AssertUnfit(optional, sound with { Upstream = [sound.Upstream[0] with { Version = "v8" }] }, "tool wanted v9, locked v8");
    }

    [Fact]
    public void A_file_that_is_not_optional_any_more_cannot_stay_left_out() =>
        AssertUnfit(
            ImageDefinitions.Parse(),
            ImageLocks.Sound with
            {
                Upstream = [],
                LeftOut = ["tool"],
            },
            "upstream file tool is left out and not optional"
        );

    [Fact]
    public void A_wanted_package_that_is_not_locked_does_not_fit() =>
        AssertUnfit(ImageDefinitions.Parse(), ImageLocks.Sound with { Packages = [] }, "package zsh is wanted and not locked");

    [Theory]
    [InlineData(
        "[linux/amd64, linux/arm64]",
        "[linux/amd64, linux/arm64, linux/riscv64]",
        "package bash: architectures wanted [amd64, arm64, riscv64], locked [amd64, arm64]"
    )]
    [InlineData("[linux/amd64, linux/arm64]", "[linux/amd64]", "architectures of packages wanted [amd64], locked [amd64, arm64]")]
    public void A_platform_that_came_or_went_does_not_fit_where_no_upstream_file_tells(string old, string changed, string because)
    {
        ImageLock left = ImageLocks.Sound with { Upstream = [], LeftOut = ["tool"] };
        LockValidator.Require(ImageDefinitions.Parse(ImageDefinitions.Optional), left);
        AssertUnfit(ImageDefinitions.Parse(ImageDefinitions.Optional.Replace(old, changed, StringComparison.Ordinal)), left, because);
    }

    [Fact]
    public void A_wanted_package_that_is_locked_for_one_platform_alone_does_not_fit()
    {
        ImageLock sound = ImageLocks.Sound;
        LockedPackage bash = sound.Packages[0] with
        {
            Files = sound.Packages[0].Files.Remove("arm64"),
            Versions = sound.Packages[0].Versions.Remove("arm64"),
        };
        AssertUnfit(
            ImageDefinitions.Parse(),
            sound with
            {
                Packages = sound.Packages.SetItem(0, bash),
            },
            "package bash: architectures wanted [amd64, arm64], locked [amd64]"
        );
    }

    [Fact]
    public void A_package_locked_for_a_layer_that_is_not_there_does_not_fit()
    {
        ImageLock sound = ImageLocks.Sound;
        AssertUnfit(
            ImageDefinitions.Parse(),
            sound with
            {
                Packages = sound.Packages.SetItem(2, sound.Packages[2] with { Layer = "gone" }),
            },
            "package only is locked for layer 'gone'"
        );
    }

    [Fact]
    public void A_changed_reason_is_no_difference() =>
        LockValidator.Require(
            ImageDefinitions.Parse(ImageDefinitions.Sound.Replace("only scripts need it", "nothing needs it", StringComparison.Ordinal)),
            ImageLocks.Sound
        );

    [Fact]
    public void A_lock_that_holds_what_the_image_does_without_does_not_fit()
    {
        ImageLock sound = ImageLocks.Sound;
        AssertUnfit(
            ImageDefinitions.Parse(),
            sound with
            {
                Packages = [.. sound.Packages, sound.Packages[0] with { Name = "mawk" }],
            },
            "package mawk is locked, but 'without' excludes it"
        );
    }

    private static void AssertUnfit(ImageDefinition definition, ImageLock imageLock, string because)
    {
        DefinitionException e = Assert.Throws<DefinitionException>(() => LockValidator.Require(definition, imageLock));
        Assert.Contains(because, e.Message, StringComparison.Ordinal);
        Assert.EndsWith("Run ./build.sh Lock --images tiny", e.Message, StringComparison.Ordinal);
    }
}
