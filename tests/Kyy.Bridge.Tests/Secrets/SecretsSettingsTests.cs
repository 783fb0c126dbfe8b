using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kyy.Bridge.Secrets;
using Kyy.Bridge.Tests.Configuration;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Secrets;

public sealed class SecretsSettingsTests : IDisposable
{
    private const string Key = "Bridge:Secrets:Key", Certificate = "Bridge:Secrets:Certificate", Password = "Bridge:Secrets:CertificatePassword";

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Neither_InProduction_StopsTheStartWithTheRemedy()
    {
        var fault = Given.Production((Key, "")).OnlyFault();

        (fault.Key, fault.Value).ShouldBe((Key, ""));
        fault.Remedy.ShouldContain("openssl rand -base64 32");
    }

    [Fact]
    public void Neither_InDevelopment_LeavesTheRingUnprotected() => Given.Development().Accepted().Secrets.IsProtecting.ShouldBeFalse();

    [Theory]
    [InlineData("hunter2")]
    [InlineData("AAECAwQFBgcICQoLDA0ODw==")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g")]
    public void Key_ThatIsNot32Bytes_IsRefusedWithoutShowingIt(string key)
    {
        var fault = Given.Production((Key, key)).OnlyFault();

        (fault.Key, fault.Value).ShouldBe((Key, "***"));
        fault.ToString().ShouldNotContain(key);
    }

    [Fact]
    public void Certificate_WithItsPassword_IsTaken_AndBothAreRefusedTogether()
    {
        var file = Pfx("ring.pfx", "hunter2");

        Given.Production((Key, ""), (Certificate, file), (Password, "hunter2")).Accepted().Secrets.Certificate.ShouldNotBeNull();
        Given.Production((Certificate, file), (Password, "hunter2")).OnlyFault().Remedy.ShouldContain("either this or");
    }

    [Fact]
    public void EveryFault_IsToldAtOnce()
    {
        var elliptic = Path.Combine(_folder.Path, "elliptic.pfx");
        Directory.CreateDirectory(_folder.Path);
        using (var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        {
            using var made = new CertificateRequest("CN=ring", ecdsa, HashAlgorithmName.SHA256)
                .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
            File.WriteAllBytes(elliptic, made.Export(X509ContentType.Pfx));
        }

        var reading = Given.Production(
            (Key, ""), (Certificate, elliptic), ("Bridge:Secrets:PreviousCertificates", $"{_folder.Path}/gone.pfx"),
            ("Bridge:Secrets:PreviousKeys", $"{Given.RingKey},short"));

        reading.Faults.Select(fault => fault.Key).ShouldBe(
            [Certificate, "Bridge:Secrets:PreviousCertificates", "Bridge:Secrets:PreviousKeys"]);
        reading.Faults[0].Remedy.ShouldContain("no private key of RSA");
        reading.Faults[1].Remedy.ShouldContain("there is no such file");
        Given.Production((Key, ""), (Certificate, Pfx("other.pfx", "hunter2")), (Password, "wrong")).OnlyFault().Remedy
            .ShouldContain("CertificatePassword");
    }

    [Fact]
    public void Nothing_IsRevealedByAPrint()
    {
        var reading = Given.Production((Key, Given.RingKey), (Password, "hunter2"), ("Bridge:Secrets:PreviousKeys", Given.RingKey));

        var printed = $"{reading.Accepted()} {reading.Settings!.Secrets} {string.Join(' ', reading.Values)}";
        printed.ShouldNotContain(Given.RingKey);
        printed.ShouldNotContain("hunter2");
    }

    [Fact]
    public void RingKey_DecryptsItsOwnAlone_AndTellsAnothersApart()
    {
        var (key, other) = (new RingKey(RandomNumberGenerator.GetBytes(32)), new RingKey(RandomNumberGenerator.GetBytes(32)));
        var plain = System.Xml.Linq.XElement.Parse("<masterKey><value>c2VjcmV0</value></masterKey>");

        var encrypted = key.Encrypt(plain);

        key.Decrypt(encrypted).ToString().ShouldBe(plain.ToString());
        encrypted.ToString().ShouldNotContain("c2VjcmV0");
        (RingKey.IdOf(encrypted), other.Id).ShouldSatisfyAllConditions(ids => ids.Item1.ShouldBe(key.Id), ids => ids.Id.ShouldNotBe(key.Id));
        Should.Throw<CryptographicException>(() => other.Decrypt(encrypted));
    }

    private string Pfx(string name, string password) => Certificates.Write(Path.Combine(_folder.Path, name), password);
}
