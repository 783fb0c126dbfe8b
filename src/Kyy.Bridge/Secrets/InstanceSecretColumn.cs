using Microsoft.AspNetCore.DataProtection;

namespace Kyy.Bridge.Secrets;

/// <summary>The installation's own secrets, the canary among them.</summary>
internal sealed class InstanceSecretColumn(IDataProtectionProvider protection) : IReprotectable
{
    public string Table => "instance_secrets";

    public string Column => "ciphertext";

    public IReadOnlyList<string> Of { get; } = ["t.name"];

    public IDataProtector Protector(IReadOnlyList<string> of) => Protector(protection, of[0]);

    public static IDataProtector Protector(IDataProtectionProvider protection, string name) =>
        protection.CreateProtector("Kyy.Bridge.InstanceSecrets", name);
}
