// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/programconsent.h"

#include <QCoreApplication>
#include <QMessageBox>
#include <QPushButton>

namespace secateur::app {
namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("ProgramConsent", text);
}

} // namespace

void askToRunPrograms(StudySession &session, QWidget *parent, const ProgramConsent &consent)
{
    if (session.mayRunPrograms())
        return consent.onAllowed();
    auto *const box = new QMessageBox(parent);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setIcon(QMessageBox::Warning);
    box->setWindowTitle(tr("Run Programs That Models Wrote?"));
    box->setText(consent.what);
    box->setInformativeText(
        tr("They run in a sandbox: without network, without your files, with limits of time and memory, behind a "
           "self-test that has to succeed first. The sandbox shares the kernel with the rest of the computer; it is no "
           "virtual machine, and a program that exploits a fault in the kernel could leave it. On a computer that "
           "holds secrets, run this in a virtual machine.\n\nThe answer holds until Secateur is closed."));
    auto *const allow = box->addButton(tr("Run the programs"), QMessageBox::AcceptRole);
    if (!consent.without.isEmpty())
        QObject::connect(box->addButton(consent.without, QMessageBox::DestructiveRole), &QPushButton::clicked, parent,
                         consent.onWithout);
    box->setDefaultButton(box->addButton(QMessageBox::Cancel));
    QObject::connect(allow, &QPushButton::clicked, parent, [&session, onAllowed = consent.onAllowed] {
        session.allowPrograms();
        onAllowed();
    });
    box->open();
}

} // namespace secateur::app
