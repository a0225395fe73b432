using System.Text;
using Slipway.Oci;
using Slipway.Spdx;

namespace Slipway.Images.Tests;

/// <summary>Licence files as packages ship them: for machines, for people, damaged and hostile ones.</summary>
public class CopyrightFileTests
{
    private const string Header = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n";

    [Theory]
    [InlineData("Expat", "MIT")]
    [InlineData("GPL-2+", "GPL-2.0-or-later")]
    [InlineData("GPL-2", "GPL-2.0-only")]
    [InlineData("LGPL-2.1+", "LGPL-2.1-or-later")]
    [InlineData("GFDL-1.3", "GFDL-1.3-only")]
    [InlineData("GFDL-NIV-1.3+", "GFDL-1.3-no-invariants-or-later")]
    [InlineData("BSD-3-clause", "BSD-3-Clause")]
    [InlineData("Apache-2.0+", "Apache-2.0+")]
    [InlineData("GPL-2+ or Expat", "GPL-2.0-or-later OR MIT")]
    [InlineData("GPL-2 and Expat and GPL-2", "GPL-2.0-only AND MIT")]
    [InlineData("GPL-2+ or Expat and ISC", "GPL-2.0-or-later OR (MIT AND ISC)")]
    [InlineData("GPL-2+ or Expat, and ISC", "(GPL-2.0-or-later OR MIT) AND ISC")]
    [InlineData("Zlib,  or  Expat\tand ISC", "Zlib OR (MIT AND ISC)")]
    [InlineData("GPL-3+ with GCC-exception-3.1 exception", "GPL-3.0-or-later WITH GCC-exception-3.1")]
    public void Names_of_Debian_become_those_of_SPDX(string synopsis, string expression) =>
        Assert.Equal(expression, Parse($"{Header}Files: *\nCopyright: x\nLicense: {synopsis}\n")!.Expression);

    [Theory]
    [InlineData("public-domain")]
    [InlineData("GPL")]
    [InlineData("GPL-2+ with OpenSSL exception")]
    [InlineData("GPL-99")]
    [InlineData("GPL-2+, LGPL-2.1+")]
    [InlineData("NOASSERTION")]
    [InlineData("MIT)AND(0BSD")]
    [InlineData("Ä \"quoted\" \u202e name")]
    public void A_name_that_SPDX_does_not_list_is_quoted_with_its_text_and_not_guessed_at(string synopsis)
    {
        CopyrightFile file = Parse($"{Header}Files: *\nCopyright: x\nLicense: {synopsis}\n Do what you want.\n .\n And more.\n")!;
        ExtractedLicence licence = Assert.Single(file.Licences);
        Assert.Equal(licence.Id, file.Expression);
        Assert.Matches(@"\ALicenseRef-[A-Za-z0-9.-]+\z", licence.Id);
        Assert.Equal((synopsis, "Do what you want.\n\nAnd more."), (licence.Name, licence.Text));
    }

    [Fact]
    public void The_text_of_a_licence_comes_from_its_own_paragraph_or_else_from_nowhere()
    {
        CopyrightFile file = Parse($"{Header}Files: *\nCopyright: x\nLicense: own and lost\n\nLicense: own\n Mine.\n")!;
        Assert.Equal(
            ["own Mine.", "lost See /usr/share/doc/x/copyright"],
            file.Licences.Reverse().OrderByDescending(licence => licence.Name).Select(licence => $"{licence.Name} {licence.Text}")
        );
    }

    [Fact]
    public void The_same_name_with_another_text_is_another_licence()
    {
        string one = Parse($"{Header}Files: *\nLicense: custom\n One.\n")!.Expression,
            other = Parse($"{Header}Files: *\nLicense: custom\n Other.\n")!.Expression;
        Assert.NotEqual(one, other);
        Assert.Equal(one, Parse($"{Header}Files: a b\nLicense: custom\n One.\n")!.Expression);
    }

    [Fact]
    public void All_paragraphs_together_are_the_licence_of_the_package_each_once()
    {
        CopyrightFile file = Parse(
            $"{Header}Files: *\nLicense: GPL-2+ or Expat\n\nFiles: a\nLicense: ISC and Zlib\n\nFiles: b\nLicense: ISC\n\nFiles: "
                + "c\nLicense: Expat or GPL-2+\n\nLicense: unused\n Text.\n"
        )!;
        Assert.Equal("(GPL-2.0-or-later OR MIT) AND ISC AND (MIT OR GPL-2.0-or-later) AND Zlib", file.Expression);
        Assert.Empty(file.Licences);
    }

    [Theory]
    [InlineData("")]
    [InlineData("This package was debianized by somebody.\nIt is free: GPL-2+\n")]
    [InlineData("Format: something of our own\n\nFiles: *\nLicense: MIT\n")]
    [InlineData(" \n\n\0\u0001\n")]
    [InlineData("License: MIT\n")]
    public void A_file_for_people_declares_nothing(string text) => Assert.Null(Parse(text));

    [Theory]
    [InlineData("Files: *\nLicense: MIT\nLicense: ISC\n", "appears twice")]
    [InlineData("Files: *\nnot a field\n", "is not a field")]
    [InlineData("Files: *\nCopyright: x\n", "names no licence")]
    public void A_file_that_says_it_is_for_machines_and_is_not_is_told(string text, string problem) =>
        Assert.Contains(problem, Assert.Throws<ContentException>(() => Parse(Header + text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Other_characters_than_those_of_UTF8_are_told()
    {
        byte[] latin = Encoding.Latin1.GetBytes(Header + "Files: *\nCopyright: J\u00fcrgen\nLicense: MIT\n");
        Assert.Contains(
            "not UTF-8",
            Assert.Throws<ContentException>(() => CopyrightFile.Parse(latin, "x")).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_hundred_thousand_paragraphs_and_one_endless_paragraph_are_told()
    {
        string many = Header + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"Files: f{i}\nLicense: l{i}\n\n"));
        Assert.Contains("at most 10000 paragraphs", Assert.Throws<ContentException>(() => Parse(many)).Message, StringComparison.Ordinal);
        string endless = $"{Header}Files: *\nLicense: MIT\n {new string('x', 3 << 20)}\n";
        Assert.Contains("wanted at most", Assert.Throws<ContentException>(() => Parse(endless)).Message, StringComparison.Ordinal);
    }

    private static CopyrightFile? Parse(string text) => CopyrightFile.Parse(Encoding.UTF8.GetBytes(text), "usr/share/doc/x/copyright");
}
